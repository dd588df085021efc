/** The tools as a model sees them, and all that a clumsy model can send. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CODES } from '../../../src/domain/failures.ts';
import { toolDeclarations } from '../../../src/receptionist/tools/toolbox.ts';
import { failure, lumen, openDesk, radiance } from '../desk.ts';

const text = (maxLength: number) => ({ type: 'string', maxLength, description: expect.any(String) });
const required = (maxLength: number) => ({ ...text(maxLength), minLength: 1 });

describe('the declarations', () => {
  it('are these ten, with arguments in draft 7 of JSON Schema', () => {
    expect(toolDeclarations().map(({ name, parameters }) => ({ name, parameters }))).toEqual([
      {
        name: 'check_availability',
        parameters: {
          type: 'object',
          properties: {
            service: required(120),
            date: text(40),
            date_to: text(40),
            when: text(200),
            time: text(40),
            provider: text(120),
            appointment_id: text(60),
          },
          required: ['service'],
        },
      },
      {
        name: 'book_appointment',
        parameters: {
          type: 'object',
          properties: {
            slot_id: { type: ['string', 'number'], description: expect.any(String) },
            customer_name: text(120),
            customer_phone: text(60),
            customer_email: text(200),
            notes: text(500),
            old_enough: { type: 'boolean', description: expect.any(String) },
          },
          required: ['slot_id', 'customer_name'],
        },
      },
      {
        name: 'find_appointments',
        parameters: { type: 'object', properties: { customer_phone: text(60), customer_name: text(120) } },
      },
      {
        name: 'reschedule_appointment',
        parameters: {
          type: 'object',
          properties: {
            appointment_id: required(60),
            slot_id: { type: ['string', 'number'], description: expect.any(String) },
          },
          required: ['appointment_id', 'slot_id'],
        },
      },
      {
        name: 'cancel_appointment',
        parameters: {
          type: 'object',
          properties: { appointment_id: required(60), reason: text(300) },
          required: ['appointment_id'],
        },
      },
      {
        name: 'get_clinic_info',
        parameters: {
          type: 'object',
          properties: {
            topic: {
              type: 'string',
              enum: ['hours', 'location', 'services', 'prices', 'providers', 'policies'],
              description: expect.any(String),
            },
          },
        },
      },
      {
        name: 'join_waitlist',
        parameters: {
          type: 'object',
          properties: {
            service: required(120),
            earliest_date: text(40),
            latest_date: text(40),
            provider: text(120),
            customer_name: text(120),
            customer_phone: text(60),
          },
          required: ['service', 'customer_name'],
        },
      },
      {
        name: 'take_message',
        parameters: {
          type: 'object',
          properties: { customer_name: text(120), customer_phone: text(60), message: required(1_000) },
          required: ['customer_name', 'message'],
        },
      },
      {
        name: 'transfer_to_staff',
        parameters: { type: 'object', properties: { reason: required(300) }, required: ['reason'] },
      },
      { name: 'end_call', parameters: { type: 'object', properties: { reason: text(200) } } },
    ]);
  });

  it('say when to use each tool, are JSON, and are the same every time', () => {
    const declared = toolDeclarations();
    expect(JSON.parse(JSON.stringify(declared))).toEqual(declared);
    expect(toolDeclarations()).toEqual(declared);
    for (const { name, description } of declared) {
      expect(name).toMatch(/^[a-z_]{1,64}$/);
      expect(description.length).toBeGreaterThan(40);
    }
  });
});

const TOOLS = toolDeclarations().map(({ name }) => name);

describe('arguments that are none', () => {
  it.each([
    '{',
    'null',
    '[]',
    '"botox"',
    '42',
    'true',
    '{"service":"botox"',
    "{'service': 'botox'}",
    '\u0000',
    '<xml/>',
    'service=botox',
  ])('as %j are asked for again, and break nothing', async (args) => {
    for (const tool of TOOLS) {
      const desk = openDesk();
      const answer = await desk.refused(tool, args);
      expect(answer).toMatchObject({ error: 'invalid_arguments', details: expect.any(String) });
      expect(desk.breakages).toEqual([]);
    }
  });

  it.each([
    ['check_availability', {}],
    ['check_availability', { service: '' }],
    ['check_availability', { service: '   ' }],
    ['check_availability', { service: null }],
    ['check_availability', { service: 7 }],
    ['check_availability', { service: ['botox'] }],
    ['check_availability', { service: { name: 'botox' } }],
    ['check_availability', { service: 'b'.repeat(121) }],
    ['check_availability', { service: 'botox', date: 20_261_124 }],
    ['check_availability', { service: 'botox', when: ['tomorrow'] }],
    ['check_availability', { service: 'botox', when: 'tomorrow '.repeat(100) }],
    ['check_availability', { service: 'botox', time: 14 }],
    ['check_availability', { service: 'botox', provider: {} }],
    ['book_appointment', {}],
    ['book_appointment', { slot_id: 'slot_1' }],
    ['book_appointment', { customer_name: 'Jordan Lee' }],
    ['book_appointment', { slot_id: '', customer_name: 'Jordan Lee' }],
    ['book_appointment', { slot_id: null, customer_name: 'Jordan Lee' }],
    ['book_appointment', { slot_id: ['slot_1'], customer_name: 'Jordan Lee' }],
    ['book_appointment', { slot_id: true, customer_name: 'Jordan Lee' }],
    ['book_appointment', { slot_id: 'slot_1', customer_name: '' }],
    ['book_appointment', { slot_id: 'slot_1', customer_name: 5 }],
    ['book_appointment', { slot_id: 'slot_1', customer_name: 'J'.repeat(100_000) }],
    ['book_appointment', { slot_id: 's'.repeat(100_000), customer_name: 'Jordan Lee' }],
    ['book_appointment', { slot_id: 'slot_1', customer_name: 'Jordan Lee', notes: 'x'.repeat(501) }],
    ['book_appointment', { slot_id: 'slot_1', customer_name: 'Jordan Lee', customer_phone: 2_125_550_142 }],
    ['find_appointments', { customer_phone: 7 }],
    ['find_appointments', { customer_phone: 'the usual' }],
    ['reschedule_appointment', {}],
    ['reschedule_appointment', { appointment_id: 'a' }],
    ['reschedule_appointment', { appointment_id: ['a'], slot_id: 'slot_1' }],
    ['cancel_appointment', {}],
    ['cancel_appointment', { appointment_id: '' }],
    ['cancel_appointment', { appointment_id: 'a'.repeat(61) }],
    ['join_waitlist', { service: 'botox' }],
    ['join_waitlist', { service: 'botox', customer_name: ' . ' }],
    ['join_waitlist', { service: 'botox', customer_name: 'Jordan Lee', earliest_date: 'the 45th' }],
    ['join_waitlist', { service: 'botox', customer_name: 'Jordan Lee', customer_phone: '5' }],
    [
      'join_waitlist',
      { service: 'botox', customer_name: 'Jordan Lee', earliest_date: '2026-11-30', latest_date: '2026-11-29' },
    ],
    ['take_message', {}],
    ['take_message', { customer_name: 'Jordan Lee' }],
    ['take_message', { message: 'Call me back' }],
    ['take_message', { customer_name: ' ', message: 'Call me back' }],
    ['take_message', { customer_name: 'Jordan Lee', message: '' }],
    ['take_message', { customer_name: 'Jordan Lee', message: ['Call me back'] }],
    ['take_message', { customer_name: 'Jordan Lee', message: 'x'.repeat(1_001) }],
    ['take_message', { customer_name: 'Jordan Lee', message: 'Call me back', customer_phone: 'the usual' }],
    ['transfer_to_staff', {}],
    ['transfer_to_staff', { reason: '' }],
    ['transfer_to_staff', { reason: 7 }],
    ['transfer_to_staff', { reason: 'x'.repeat(301) }],
    ['end_call', { reason: 'x'.repeat(201) }],
  ])('%s %j', async (tool, args) => {
    const desk = openDesk();
    const answer = await desk.refused(tool, args);
    expect(answer.error).toBe('invalid_arguments');
    expect(String(answer.details).length).toBeLessThan(1_000);
    expect(desk.breakages).toEqual([]);
    expect(desk.bookings.appointments(radiance.id)).toEqual([]);
    expect(desk.messages.of(radiance.id)).toEqual([]);
    expect(desk.bookings.waitlist(radiance.id)).toEqual([]);
    expect(desk.dealings().transferring).toBeNull();
  });

  it('keys that no tool knows change nothing', async () => {
    const desk = openDesk();
    const answer = await desk.check({
      service: 'botox',
      when: 'tomorrow at 2 PM',
      clinic_id: lumen.id,
      force: true,
      __proto__: {},
    });
    expect(answer.exact_match).toBe(true);
    const booked = await desk.book({
      slot_id: 'slot_1',
      customer_name: 'Jordan Lee',
      provider: 'Maya',
      starts_at: 'now',
    });
    expect(booked.starts_at).toBe('2026-11-24T14:00:00-05:00');
  });
});

describe('a tool that does not exist', () => {
  it.each(['bookAppointment', '', 'constructor', '__proto__', 'x'.repeat(10_000)])(
    'named %j is told which do',
    async (name) => {
      const answer = await openDesk().refused(name);
      expect(answer.error).toBe('invalid_arguments');
      expect(answer.details).toContain(TOOLS.join(', '));
      expect(String(answer.details).length).toBeLessThan(400);
    },
  );
});

describe('whatever a model sends', () => {
  it('is answered with facts or with one of the contract’s failures, and never thrown back', async () => {
    const words = fc.constantFrom(
      ...'botox|slot_1|tomorrow|tomorrow at 2 PM|2026-11-24|14:00|Priya|morning||99:99|1'.split('|'),
    );
    const value = fc.oneof(words, fc.string(), fc.integer(), fc.constant(null), fc.boolean(), fc.array(words));
    const key = fc.constantFrom(
      ...'service date date_to when time provider slot_id customer_name customer_phone customer_email topic message reason appointment_id earliest_date'.split(
        ' ',
      ),
    );
    const call = fc.record({ tool: fc.constantFrom(...TOOLS), args: fc.dictionary(key, value, { maxKeys: 8 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (calls) => {
        const desk = openDesk();
        for (const { tool, args } of calls) {
          const answer = await desk.use(tool, args);
          expect([undefined, ...FAILURE_CODES]).toContain(answer.success ? undefined : failure.parse(answer).error);
        }
        expect(desk.breakages).toEqual([]);
        for (const each of desk.bookings.appointments(radiance.id))
          expect(each.startsAt).toBeGreaterThan(each.request.now);
      }),
      { seed: 5, numRuns: 120 },
    );
  });
});
