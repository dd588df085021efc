import { z } from 'zod';
import type { Clinic } from '../../domain/clinic.ts';
import { spokenPrice } from '../../domain/spoken.ts';
import { spokenHours } from '../hours.ts';
import { policySentences } from '../policies.ts';
import { answered, defineTool } from './tool.ts';

const TOPICS = ['hours', 'location', 'services', 'prices', 'providers', 'policies'] as const;
type Topic = (typeof TOPICS)[number];

const schema = z.object({
  topic: z.enum(TOPICS).optional().catch(undefined).describe('Leave out for everything.'),
});

export const getClinicInfo = defineTool({
  name: 'get_clinic_info',
  description:
    'The facts about this clinic. Use it for every question about the clinic; state nothing it does not say.',
  schema,
  run(args, { clinic }) {
    const topics = args.topic ? [args.topic] : TOPICS;
    const facts = Object.fromEntries(topics.map((topic) => [topic, FACTS[topic](clinic)]));
    return Promise.resolve(answered({ clinic: clinic.name, ...facts }, [{ type: 'informed' }]));
  },
});

const FACTS: Readonly<Record<Topic, (clinic: Clinic) => unknown>> = {
  hours: (clinic) => spokenHours(clinic),
  location: (clinic) => clinic.address,
  services: (clinic) =>
    clinic.services.map(({ name, minutes, description, preparation, minimumAge }) => ({
      name,
      minutes,
      description,
      ...(preparation && { preparation }),
      ...(minimumAge !== null && { minimum_age: minimumAge }),
    })),
  prices: (clinic) =>
    clinic.services.map(({ name, priceCents }) => ({
      name,
      price: priceCents === null ? 'told at the consultation' : spokenPrice(priceCents),
    })),
  providers: (clinic) =>
    clinic.providers.map((provider) => ({
      name: provider.name,
      services: clinic.services.filter((service) => provider.serviceIds.includes(service.id)).map(({ name }) => name),
    })),
  policies: policySentences,
};
