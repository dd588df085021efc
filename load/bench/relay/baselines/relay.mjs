/**
 * The least that could relay a telephone call to a Realtime session: uWebSockets.js towards the phone network, `ws`
 * towards the model, and nothing else (no tokens, no signatures, no marks, no turns, no record). What Ava takes more is
 * hers. FROZEN: a figure against it is only comparable while its hash is the same; make another file instead.
 *
 * `node relay.mjs MODE`, with PORT, MODEL_URL and UWS_BINARY in the environment. Modes:
 *   parse   JSON.parse and JSON.stringify on every message;
 *   splice  payloads are found by their key and spliced between constants;
 *   join    as `splice`, two caller frames to one message.
 */
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';

const MODE = process.argv[2];
const { PORT, MODEL_URL, UWS_BINARY } = process.env;
const uws = createRequire(import.meta.url)(UWS_BINARY);

const SESSION_UPDATE = JSON.stringify({
  type: 'session.update',
  session: {
    type: 'realtime',
    model: 'gpt-realtime-2.1',
    instructions: 'You answer the telephone.',
    output_modalities: ['audio'],
    audio: {
      input: {
        format: { type: 'audio/pcmu' },
        transcription: { model: 'gpt-transcribe' },
        turn_detection: { type: 'server_vad', create_response: true, interrupt_response: false },
      },
      output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
    },
  },
});
const SOCKET_OPTIONS = { headers: { authorization: 'Bearer sk' }, perMessageDeflate: false };
const APPEND = '{"type":"input_audio_buffer.append","audio":"';

/** What stands behind `key` up to the next quotation mark; empty where the key is missing. */
function between(text, key) {
  const at = text.indexOf(key);
  if (at < 0) return '';
  const from = at + key.length;
  return text.slice(from, text.indexOf('"', from));
}

const forwarders = {
  parse: {
    fromPhone(call, text) {
      const message = JSON.parse(text);
      if (message.event === 'media') {
        call.model.send(JSON.stringify({ type: 'input_audio_buffer.append', audio: message.media.payload }));
      }
    },
    fromModel(call, data) {
      const event = JSON.parse(data);
      if (event.type !== 'response.output_audio.delta') return;
      call.phone.send(JSON.stringify({ event: 'media', streamSid: call.streamSid, media: { payload: event.delta } }));
    },
  },
  splice: {
    fromPhone(call, text) {
      if (!text.startsWith('{"event":"media"')) return;
      call.model.send(`${APPEND}${between(text, '"payload":"')}"}`);
    },
    fromModel(call, data) {
      const text = data.toString('latin1');
      if (!text.startsWith('{"type":"response.output_audio.delta"')) return;
      call.phone.send(`${call.mediaPrefix}${between(text, '"delta":"')}"}}`);
    },
  },
  join: {
    fromPhone(call, text) {
      if (!text.startsWith('{"event":"media"')) return;
      const payload = between(text, '"payload":"');
      if (call.waiting === '') {
        call.waiting = payload;
        return;
      }
      const both = Buffer.concat([Buffer.from(call.waiting, 'base64'), Buffer.from(payload, 'base64')]);
      call.waiting = '';
      call.model.send(`${APPEND}${both.toString('base64')}"}`);
    },
    fromModel(call, data) {
      forwarders.splice.fromModel(call, data);
    },
  },
};

const { fromPhone, fromModel } = forwarders[MODE];

function start(call, text) {
  const { event, start: started } = JSON.parse(text);
  if (event !== 'start') return;
  call.streamSid = started.streamSid;
  call.mediaPrefix = `{"event":"media","streamSid":"${call.streamSid}","media":{"payload":"`;
  call.model = new WebSocket(MODEL_URL, SOCKET_OPTIONS);
  call.model.on('open', () => call.model.send(SESSION_UPDATE));
  call.model.on('message', (data) => {
    if (!call.isReady) call.isReady = JSON.parse(data).type === 'session.updated';
    else if (call.phone) fromModel(call, data);
  });
  call.model.on('error', (error) => process.stderr.write(`${error}\n`));
}

uws
  .App()
  .ws('/twilio/media', {
    idleTimeout: 32,
    upgrade(res, req, context) {
      const call = { phone: null, model: null, isReady: false, streamSid: '', mediaPrefix: '', waiting: '' };
      const header = (name) => req.getHeader(`sec-websocket-${name}`);
      res.upgrade({ call }, header('key'), header('protocol'), header('extensions'), context);
    },
    open(phone) {
      phone.getUserData().call.phone = phone;
    },
    message(phone, bytes) {
      const { call } = phone.getUserData();
      const text = Buffer.from(bytes).toString('latin1');
      if (call.isReady) fromPhone(call, text);
      else if (!call.model) start(call, text);
    },
    close(phone) {
      const { call } = phone.getUserData();
      call.phone = null;
      call.model?.close();
    },
  })
  .listen('127.0.0.1', Number(PORT), (socket) => {
    if (!socket) process.exit(1);
  });
process.once('SIGTERM', () => process.exit(0));
