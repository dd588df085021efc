/**
 * A clinic as whoever runs it describes it: services by slug, providers, rooms and devices by name, what is paused
 * included. Ids are the database's: a slug or name keeps its id for as long as it stays.
 */
import type { Clinic, Provider, Resource, Service } from '../src/domain/clinic.ts';

interface Pausable {
  /** False: no longer offered, or not for now. */
  readonly active: boolean;
}

export interface ServiceFacts extends Omit<Service, 'id'>, Pausable {}

export interface GivenService {
  /** Its slug. */
  readonly service: string;
  /** Null: as long as the service takes. */
  readonly minutes: number | null;
}

export interface ProviderFacts extends Omit<Provider, 'id' | 'serviceIds' | 'ownMinutes'>, Pausable {
  /** The Google calendar that mirrors the provider's appointments. */
  readonly calendarId: string | null;
  readonly gives: readonly GivenService[];
}

export interface ResourceFacts extends Omit<Resource, 'id'>, Pausable {}

export interface ClinicFacts extends Omit<Clinic, 'id' | 'services' | 'providers' | 'resources'> {
  readonly services: readonly ServiceFacts[];
  readonly providers: readonly ProviderFacts[];
  readonly resources: readonly ResourceFacts[];
}
