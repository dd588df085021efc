drop table outbox, occupied, holds, appointments, customers;
