/** Who is calling and what they want: every story can be told by anybody. */

export interface Who {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly service: string;
  /** In the caller's own words. */
  readonly when: string;
  readonly provider: string;
}

export const JORDAN: Who = {
  name: 'Jordan Lee',
  phone: '+1 555 010 0142',
  email: 'jordan.lee@example.com',
  service: 'Botox',
  when: 'tomorrow at 2 PM',
  provider: 'Priya',
};

/** “a Botox appointment”, “an IPL appointment”. */
export function anAppointment(service: string): string {
  return `${/^[aeiou]/i.test(service) ? 'an' : 'a'} ${service} appointment`;
}
