import { z } from 'zod';
import { answered, defineTool, optionalText } from './tool.ts';

export const endCall = defineTool({
  name: 'end_call',
  description:
    'Ends the call after the current sentence. Say goodbye first; use it when the caller has said goodbye or wants nothing more.',
  schema: z.object({ reason: optionalText(200, 'Why the call ends.') }),
  run() {
    return Promise.resolve(answered({}, [{ type: 'ending' }]));
  },
});
