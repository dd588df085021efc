import { describe, expect, it } from 'vitest';
import { DeskConversation, openDesk } from '../test-desk.ts';
import { receptionist } from './receptionist.ts';

const HOURS = 'Monday to Saturday 9 AM to 6 PM; Sunday 10 AM to 4 PM';
const converse = (instructions: string) =>
  new DeskConversation(receptionist, openDesk({ get_clinic_info: () => ({ success: true, hours: HOURS }) }), {
    instructions,
  });
const BOTH = 'You speak English and Spanish.';

describe('the receptionist, spoken to in Spanish', () => {
  it('tells the hours, asks for more, and says goodbye, all in Spanish', () => {
    const call = converse(BOTH);
    expect(call.hears('Hola, ¿a qué hora abren?')).toBe(
      'Nuestro horario es: lunes a sábado 9 de la mañana a 6 de la tarde; domingo 10 de la mañana a 4 de la tarde. ¿Puedo ayudarle en algo más?',
    );
    expect(call.hears('No, gracias, eso es todo. Adiós.')).toBe('Gracias por llamar. ¡Adiós!');
    expect(call.calls.map(({ name }) => name)).toEqual(['get_clinic_info', 'end_call']);
  });

  it('puts through whoever wants what she cannot say in Spanish', () => {
    const call = converse(BOTH);
    expect(call.hears('Quisiera hacer una cita, por favor.')).toBe('Para eso le paso con nuestro personal.');
    expect(call.named('transfer_to_staff')).toHaveLength(1);
  });

  it('speaks English again with a caller who does', () => {
    const call = converse(BOTH);
    call.hears('Hola, ¿a qué hora abren?');
    expect(call.hears("I'd like to book an appointment.")).toBe('Which service would you like?');
    expect(call.hears('Botox for Ana Peña, gracias')).toBe('What day and time would you like?');
  });

  it('speaks none where her instructions do not say that she can', () => {
    expect(converse('You speak English, and nothing else.').hears('Hola, ¿a qué hora abren?')).not.toMatch(/horario/);
  });
});
