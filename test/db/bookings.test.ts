import { postgresBookingStore } from '../../db/bookings.ts';
import { openPostgres } from '../../db/postgres.ts';
import { describeBookingStore } from '../contract/booking-store.ts';
import { freshDatabase } from '../support/services.ts';

describeBookingStore('in Postgres', async () => {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 20 });
  return {
    store: postgresBookingStore(database),
    cancel: (clinicId, appointmentId) =>
      database.withClinic(clinicId, 'cancel', async (sql) => {
        await sql`update appointments set status = 'cancelled' where id = ${appointmentId}`;
        await sql`delete from occupied where appointment_id = ${appointmentId}`;
      }),
    customers: (clinicId) =>
      database.withClinic(
        clinicId,
        'customers',
        (sql) => sql<{ name: string; phone: string; email: string | null }[]>`select name, phone, email from customers`,
      ),
    close: async () => {
      await database.close();
      await fresh.drop();
    },
  };
});
