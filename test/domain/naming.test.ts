import { describe, expect, it } from 'vitest';
import { meansAnyone, providerNamed, providerWished, serviceNamed } from '../../src/domain/naming.ts';
import { seededClinics } from '../support/memory-clinics.ts';

const [radiance, lumen] = seededClinics;
if (!radiance || !lumen) throw new Error('both demo clinics are needed');
const told = (found: { readonly kind: string } & object): string =>
  'item' in found
    ? nameOf(found.item)
    : 'items' in found && Array.isArray(found.items)
      ? `${found.kind === 'perhaps' ? 'perhaps ' : ''}${found.items.map(nameOf).join('+')}`
      : found.kind;
const nameOf = (item: unknown): string =>
  typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : '';

describe('a service in a caller’s words', () => {
  it.each([
    ['Botox', 'Botox'],
    ['some botox please', 'Botox'],
    ['botulinum toxin', 'Botox'],
    ['anti-wrinkle injections', 'Botox'],
    ['fillers', 'Dermal filler'],
    ['lip filler', 'Dermal filler'],
    ['a hydra facial', 'Hydrafacial'],
    ['HYDRAFACIAL', 'Hydrafacial'],
    ['facials', 'Hydrafacial'],
    ['laser', 'Laser hair removal'],
    ['laser-hair-removal', 'Laser hair removal'],
    ['chemical peels', 'Chemical peel'],
    ['a consult', 'Consultation'],
    ['my first visit', 'Consultation'],
    ['7ad1a9ce-0000-4000-8000-000000000101', 'Botox'],
    ['botox and filler', 'Botox+Dermal filler'],
    ['a facial peel', 'Hydrafacial+Chemical peel'],
    ['injections', 'Botox+Dermal filler'],
    ['hydro facial', 'Hydrafacial'],
    ['hydrofacials', 'Hydrafacial'],
    ['bow tox', 'Botox'],
    ['bowtox', 'Botox'],
    ['botoxx', 'Botox'],
    ['derma fillers', 'Dermal filler'],
    ['lazer', 'Laser hair removal'],
    ['lasers', 'Laser hair removal'],
    ['chemical peal', 'Chemical peel'],
    ['consulation', 'Consultation'],
    ['botocks', 'perhaps Botox'],
    ['phillers', 'perhaps Dermal filler'],
    ['a peal', 'perhaps Chemical peel'],
    ['a haircut', 'none'],
    ['massage', 'none'],
    ['microneedling', 'none'],
    ['teeth whitening', 'none'],
    ['a tattoo', 'none'],
    ['an appointment', 'none'],
    ['treatment', 'none'],
    ['', 'none'],
    ['???', 'none'],
    ['лазер', 'none'],
  ])('%s → %s', (words, name) => {
    expect(told(serviceNamed(radiance, words))).toBe(name);
  });
});

describe('a provider in a caller’s words', () => {
  it.each([
    ['Priya', 'Priya Sharma'],
    ['priya sharma', 'Priya Sharma'],
    ['Priya’s', 'Priya Sharma'],
    ['Dr. Ruiz', 'Dr. Elena Ruiz'],
    ['doctor Elena', 'Dr. Elena Ruiz'],
    ['Chen', 'Maya Chen'],
    ['Máya', 'Maya Chen'],
    ['somebody called Maya', 'Maya Chen'],
    ['Priya or Maya', 'Priya Sharma+Maya Chen'],
    ['Doctor Ruiz', 'Dr. Elena Ruiz'],
    ['Pria', 'Priya Sharma'],
    ['Prya Sharma', 'Priya Sharma'],
    ['Ellena', 'Dr. Elena Ruiz'],
    ['Helena', 'Dr. Elena Ruiz'],
    ['Dr. Reese', 'perhaps Dr. Elena Ruiz'],
    ['Doctor Ruis', 'perhaps Dr. Elena Ruiz'],
    ['Chan', 'perhaps Maya Chen'],
    ['Shen', 'none'],
    ['Mary', 'none'],
    ['Jonas', 'none'],
    ['Dr. House', 'none'],
    ['the manager', 'none'],
  ])('%s → %s', (words, name) => {
    expect(told(providerNamed(radiance, words))).toBe(name);
  });

  it('is not told by "doctor" where there are two', () => {
    expect(told(providerNamed(lumen, 'doctor'))).toBe('Dr. Amara Okafor+Dr. Jonas Weber');
  });

  it.each([
    'anyone',
    'any one',
    'no preference',
    'whoever is free',
    'any of them',
    'the first available',
    'it doesn’t matter',
    'no one in particular',
    'not sure',
    'I don’t know',
  ])('%s is anyone', (words) => {
    expect(meansAnyone(words)).toBe(true);
  });

  it.each(['Priya', 'the company', 'Anya', 'many'])('%s is not anyone', (words) => {
    expect(meansAnyone(words)).toBe(false);
  });
});

describe('a provider named besides other things', () => {
  it.each([
    ['two o’clock with priya', 'Priya Sharma', true],
    ['i want to see dr. elena', 'Dr. Elena Ruiz', true],
    ['i prefer maya', 'Maya Chen', true],
    ['the one with pria', 'Priya Sharma', true],
    ['i want to see doctor ruizz', 'Dr. Elena Ruiz', true],
    ['priya at two', 'Priya Sharma', false],
    ['elena brown, tomorrow', 'Dr. Elena Ruiz', false],
  ])('%s', (heard, name, cued) => {
    expect(providerWished(radiance, heard)).toMatchObject({ item: { name }, cued });
  });

  it.each([
    'my name is elena',
    'i’m maya',
    "i'm maya",
    'this is priya',
    'elena brown speaking',
    'with priya or maya',
    'pria at two',
    'hello',
  ])('nobody in "%s"', (heard) => {
    expect(providerWished(radiance, heard.replace('’', "'"))).toBeUndefined();
  });
});
