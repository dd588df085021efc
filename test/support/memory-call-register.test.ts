import { describeCallRegister } from '../contract/call-register.ts';
import { memoryCallRegister } from './memory-call-register.ts';

describeCallRegister('in memory', async () => {
  const register = memoryCallRegister();
  return {
    register,
    begin: async ({ callSid, clinicId }, epoch = 1) => register.begin({ callSid, clinicId, epoch }),
    end: async ({ callSid }, epoch) => {
      if (register.admits({ callSid, epoch })) register.end(callSid);
    },
    close: async () => {},
  };
});
