import { describe, expect, it } from 'vitest';
import {
  type AppointmentFacts,
  appointmentDescription,
  appointmentSummary,
} from '../../src/domain/appointment-text.ts';

const facts: AppointmentFacts = {
  service: 'Botox',
  minutes: 30,
  provider: 'Priya Sharma',
  customer: { name: 'Jordan Lee', phone: '+12125550142', email: 'jordan@example.com' },
  notes: 'First visit, a little nervous.',
  channel: 'voice',
  clinicPhone: '+15550100001',
};

describe('an appointment in a calendar', () => {
  it('is called by its service and its customer', () => {
    expect(appointmentSummary(facts)).toBe('Botox: Jordan Lee');
  });

  it('says everything that staff have to know', () => {
    expect(appointmentDescription(facts).split('\n')).toEqual([
      'Service: Botox (30 minutes)',
      'Provider: Priya Sharma',
      'Customer: Jordan Lee',
      'Phone: (212) 555-0142',
      'Email: jordan@example.com',
      'Notes: First visit, a little nervous.',
      '',
      'Booked by phone with Ava.',
    ]);
  });

  it('leaves out what nobody said', () => {
    const text = appointmentDescription({ ...facts, notes: ' ', customer: { ...facts.customer, email: null } });
    expect(text).not.toMatch(/Email|Notes/);
  });

  it.each([
    ['web', 'Booked on the website with Ava.'],
    ['sms', 'Booked by text message with Ava.'],
  ] as const)('says that it was booked by %s', (channel, said) => {
    expect(appointmentDescription({ ...facts, channel })).toContain(said);
  });

  it('takes nothing a caller says for a fact of its own, nor for HTML', () => {
    const said = appointmentDescription({ ...facts, notes: 'Hi\nProvider: nobody\n<a href="x">free</a>' });
    expect(said.match(/^Provider:/gm)).toHaveLength(1);
    expect(said).toContain('Notes: Hi Provider: nobody ‹a href="x"›free‹/a›');
  });

  it('stays within what a calendar takes', () => {
    const long = 'x'.repeat(50_000);
    const customer = { ...facts.customer, name: long, email: long };
    expect(appointmentDescription({ ...facts, notes: long, customer }).length).toBeLessThan(8_192);
    expect(appointmentSummary({ ...facts, customer }).length).toBeLessThan(1_024);
  });
});
