import { describe, expect, it } from 'vitest';
import { lumen, openDesk, radiance } from '../desk.ts';

describe('the facts of a clinic', () => {
  it('are all told where no topic is named, or one that is none', async () => {
    const all = ['clinic', 'hours', 'location', 'policies', 'prices', 'providers', 'services', 'success'];
    for (const args of [{}, { topic: null }, { topic: 'parking' }, { topic: 7 }, '']) {
      const answer = await openDesk().use('get_clinic_info', args);
      expect(Object.keys(answer).sort()).toEqual(all);
    }
  });

  it.each([
    ['hours', { hours: 'Monday to Saturday 9 AM to 6 PM; Sunday 10 AM to 4 PM' }],
    ['location', { location: radiance.address }],
    ['policies', { policies: radiance.policies }],
    [
      'prices',
      {
        prices: [
          { name: 'Botox', price: '$350' },
          { name: 'Dermal filler', price: '$650' },
          { name: 'Hydrafacial', price: '$199' },
          { name: 'Laser hair removal', price: '$150' },
          { name: 'Chemical peel', price: '$175' },
          { name: 'Consultation', price: 'free of charge' },
        ],
      },
    ],
    [
      'providers',
      {
        providers: [
          { name: 'Priya Sharma', services: radiance.services.map(({ name }) => name) },
          { name: 'Dr. Elena Ruiz', services: ['Botox', 'Dermal filler', 'Consultation'] },
          { name: 'Maya Chen', services: ['Hydrafacial', 'Laser hair removal', 'Chemical peel'] },
        ],
      },
    ],
  ])('about %s are nothing else', async (topic, facts) => {
    expect(await openDesk().use('get_clinic_info', { topic })).toEqual({
      success: true,
      clinic: 'Radiance Med Spa',
      ...facts,
    });
  });

  it('name a price that depends, a lunch break and days that differ', async () => {
    const answer = await openDesk({ clinic: lumen }).use('get_clinic_info');
    expect(answer).toMatchObject({
      hours:
        'Monday to Friday 8:30 AM to 12 PM and 1 PM to 5 PM; Saturday and Sunday closed; ' +
        '2026-12-24 8:30 AM to 12 PM (Christmas Eve); closed on 2026-12-25 (Christmas Day); closed on 2027-01-01 (New Year’s Day)',
      prices: expect.arrayContaining([{ name: 'Mole removal', price: 'told at the consultation' }]),
    });
  });

  it('of one clinic never reach another', async () => {
    const answer = JSON.stringify(await openDesk({ clinic: lumen }).use('get_clinic_info'));
    for (const { name } of [radiance, ...radiance.providers]) expect(answer).not.toContain(name);
  });

  it('having been told is remembered', async () => {
    const desk = openDesk();
    await desk.use('get_clinic_info', { topic: 'hours' });
    expect(desk.dealings()).toMatchObject({ informed: true, checked: false });
  });
});

describe('the end of a call', () => {
  it.each([{}, { reason: 'the caller said goodbye' }, { reason: '' }, ''])('comes with %j', async (args) => {
    const desk = openDesk();
    expect(await desk.use('end_call', args)).toEqual({ success: true });
    expect(desk.dealings().ending).toBe(true);
  });

  it('asked for twice is one end', async () => {
    const desk = openDesk();
    await desk.use('end_call');
    await desk.use('end_call');
    expect(desk.dealings().ending).toBe(true);
  });
});
