/**
 * The clinic's policies on who may book what, at the moment of booking. A patient is known by their phone number, so one
 * who calls from another is taken for new: staff are offered to everybody who is refused.
 */
import type { Service } from '../../domain/clinic.ts';
import { admission, servicesForNewPatients } from '../../domain/policy.ts';
import type { CustomerDetails } from '../../domain/ports.ts';
import { listed } from '../../domain/spoken.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { failed, type ToolContext } from './tool.ts';

/** Why this service is not booked for this customer; undefined where nothing speaks against it. */
export async function refusal(
  service: Service,
  customer: CustomerDetails,
  oldEnough: boolean | null,
  { clinic, bookings }: ToolContext,
): Promise<ToolOutcome | undefined> {
  const known = service.newPatients || (await bookings.knowsCustomer(clinic.id, customer.phone));
  switch (admission(service, { known, oldEnough })) {
    case 'admitted':
      return undefined;
    case 'known_patients_only': {
      const open = servicesForNewPatients(clinic).map(({ name }) => name);
      const instead = open.length > 0 ? `For a first visit we can book ${listed(open, 'or')}. ` : '';
      const sentence = `${service.name} is for patients we know already. ${instead}If you have been here before, or would like to ask, shall I take a message for our staff?`;
      return failed('against_policy', sentence, { services: open });
    }
    case 'age_not_asked':
      return failed('invalid_arguments', `Is the patient at least ${service.minimumAge} years old?`, {
        details: 'ask, then call again with old_enough',
      });
    case 'too_young':
      return failed(
        'against_policy',
        `I'm sorry, ${service.name} is for patients from ${service.minimumAge} years on. Shall I take a message for our staff?`,
      );
  }
}
