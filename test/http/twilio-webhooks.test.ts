import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyTicket } from '../../src/twilio/ticket.ts';
import {
  CALL_SID,
  CALLER,
  CLINIC_NUMBER,
  type Edge,
  openEdge,
  postWebhook,
  SESSION_SECRET,
  signature,
  tokenIn,
  voiceForm,
} from './edge.ts';

const RADIANCE = { name: 'Radiance', language: 'en-US' };
const DERMA = { name: 'Derma', language: 'de-DE' };
const VOICE = '/twilio/voice';
const CONTINUE = '/twilio/voice/continue';
const STATUS = '/twilio/status';

let edge: Edge;
beforeEach(async () => {
  edge = await openEdge();
});
afterEach(() => edge.close());

const form = (fields: Record<string, string> = {}) => voiceForm({ CallStatus: 'in-progress', ...fields });
const post = (path: string, fields: Record<string, string>, signedUrl?: string | null) =>
  postWebhook(edge, path, fields, signedUrl);

describe('the voice webhook', () => {
  it('answers an inbound call with a stream whose token is bound to the call', async () => {
    const response = await post(VOICE, voiceForm());
    const twiml = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/xml/);
    expect(twiml.replace(tokenIn(twiml), 'TOKEN')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response>' +
        '<Connect action="https://ava.example/twilio/voice/continue" method="POST">' +
        '<Stream url="wss://ava.example/twilio/media"><Parameter name="token" value="TOKEN"/></Stream>' +
        '</Connect></Response>',
    );
    expect(verifyTicket(SESSION_SECRET, tokenIn(twiml), Date.now())).toMatchObject({
      kind: 'good',
      claims: { callSid: CALL_SID, clinicId: 'clinic-1', from: CALLER, to: CLINIC_NUMBER },
    });
    expect(edge.desk.offers).toEqual([{ callSid: CALL_SID, from: CALLER, to: CLINIC_NUMBER }]);
  });

  it.each(['anonymous', '', '+266696687', 'Restricted', 'sip:someone@example.com', '12'])(
    'takes the caller %j for one without a number',
    async (From) => {
      await post(VOICE, voiceForm({ From }));
      expect(edge.desk.offers).toMatchObject([{ from: null }]);
    },
  );

  it('speaks of ws where the public URL is http, and keeps its port and prefix', async () => {
    await edge.close();
    edge = await openEdge({ publicUrl: 'http://localhost:8000/ava/' });
    const response = await post(VOICE, voiceForm(), 'http://localhost:8000/ava/twilio/voice');
    const twiml = await response.text();
    expect(twiml).toContain('url="ws://localhost:8000/ava/twilio/media"');
    expect(twiml).toContain('action="http://localhost:8000/ava/twilio/voice/continue"');
  });

  it('says that a number of no clinic is not in service, and hangs up', async () => {
    edge.desk.admission = { kind: 'unknown_number' };
    const response = await post(VOICE, voiceForm({ To: '+15559999999' }));
    expect(await response.text()).toMatch(/<Response><Say>[^<]*not in service[^<]*<\/Say><Hangup\/><\/Response>$/);
    expect(edge.events.of('call.refused')).toEqual([{ callSid: CALL_SID, reason: 'unknown_number' }]);
  });

  it('forwards a shed call to staff, from the number that was called, and asks back how it went', async () => {
    edge.desk.admission = { kind: 'shed', staffPhone: '+15550100099', clinic: RADIANCE, reason: 'full' };
    const twiml = await (await post(VOICE, voiceForm())).text();
    expect(twiml).toMatch(/<Response><Say>We're sorry[^<]*putting you through[^<]*<\/Say><Dial /);
    expect(twiml).toMatch(
      /<Dial action="https:\/\/ava\.example\/twilio\/voice\/continue\?staff=1" method="POST" answerOnBridge="true" timeout="20" callerId="\+15550100001"><Number>\+15550100099<\/Number><\/Dial><\/Response>$/,
    );
  });

  it('takes a voicemail for a shed call where the clinic has no staff line', async () => {
    edge.desk.admission = {
      kind: 'shed',
      staffPhone: null,
      clinic: { name: 'Tom & "Jo" <Derm>\u0000', language: 'en' },
      reason: 'model_down',
    };
    const twiml = await (await post(VOICE, voiceForm())).text();
    expect(twiml).toContain('Tom &amp; "Jo" &lt;Derm&gt;');
    expect(twiml).toMatch(/<Record action="https:\/\/ava\.example\/twilio\/voice\/continue" method="POST" /);
    expect(twiml).not.toContain('\u0000');
    expect(twiml).not.toContain('<Dial');
  });

  it('has the network speak the clinic’s language, in a voice of it', async () => {
    edge.desk.admission = { kind: 'shed', staffPhone: null, clinic: DERMA, reason: 'full' };
    const twiml = await (await post(VOICE, voiceForm())).text();
    const said = [...twiml.matchAll(/<Say language="de-DE">([^<]*)</g)].map(([, sentence]) => sentence);
    expect(said).toEqual([
      'Es tut uns leid, unser Empfang ist gerade besetzt.',
      'Bitte hinterlassen Sie nach dem Ton eine Nachricht für Derma, wir rufen Sie zurück.',
      'Wir haben keine Nachricht gehört. Auf Wiederhören.',
    ]);
    expect(twiml.match(/<Say/g)).toHaveLength(said.length);
  });

  it.each([
    ['es-ES', 'es-ES', /ocupada/],
    ['es-US', 'es-MX', /ocupada/],
    ['fr-BE', 'fr-FR', /occupée/],
  ])('finds a voice for %s: %s', async (language, voice, words) => {
    edge.desk.admission = { kind: 'shed', staffPhone: '+15550100099', clinic: { name: 'A', language }, reason: 'full' };
    const twiml = await (await post(VOICE, voiceForm())).text();
    expect(/<Say language="(.*)">(.*)<\/Say><Dial/.exec(twiml)?.slice(1)).toEqual([
      voice,
      expect.stringMatching(words),
    ]);
  });

  it('speaks English where there are no words in a clinic’s language', async () => {
    edge.desk.admission = { kind: 'shed', staffPhone: null, clinic: { name: 'A', language: 'it-IT' }, reason: 'full' };
    expect(await (await post(VOICE, voiceForm())).text()).toContain("<Response><Say>We're sorry");
  });

  it.each([
    ['breaks', () => Promise.reject(new Error('no directory'))],
    ['never decides', () => new Promise<never>(() => {})],
  ])('apologises to the caller where the desk %s, and reports it', async (_what, admission) => {
    edge.desk.admission = admission;
    const response = await post(VOICE, voiceForm());
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/<Say>[^<]*sorry[^<]*<\/Say><Hangup\/>/);
    expect(edge.events.of('http.failed')).toHaveLength(1);
  });

  it('answers a repeated webhook like the first, with a token of its own', async () => {
    const [first, second] = await Promise.all([post(VOICE, voiceForm()), post(VOICE, voiceForm())]);
    expect(tokenIn(await first.text())).not.toBe(tokenIn(await second.text()));
  });
});

describe('signatures', () => {
  it('refuses a missing, a wrong and a foreign one with 403, on every webhook', async () => {
    for (const path of [VOICE, CONTINUE, STATUS]) {
      expect((await post(path, form(), null)).status).toBe(403);
      expect((await post(path, form(), 'https://elsewhere.example/twilio/voice')).status).toBe(403);
      const foreign = { 'x-twilio-signature': signature(edge.publicUrl + path, form(), 'another token') };
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...foreign };
      const body = new URLSearchParams(form()).toString();
      const response = await fetch(edge.url(path), { method: 'POST', headers, body });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining('PUBLIC_URL') });
    }
    expect(edge.desk.offers).toEqual([]);
    expect(edge.events.of('call.refused')).toHaveLength(9);
  });

  it('refuses a form that was changed on its way', async () => {
    const signed = voiceForm();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature(edge.publicUrl + VOICE, signed),
    };
    const body = new URLSearchParams({ ...signed, To: '+15550100002' }).toString();
    expect((await fetch(edge.url(VOICE), { method: 'POST', headers, body })).status).toBe(403);
  });

  it.each([
    ['https://ava.example', 'https://ava.example/twilio/voice'],
    ['https://ava.example', 'https://ava.example:443/twilio/voice'],
    ['https://ava.example:443', 'https://ava.example/twilio/voice'],
    ['https://ava.example:8443', 'https://ava.example:8443/twilio/voice'],
    ['https://ava.example:8443', 'https://ava.example/twilio/voice'],
    ['http://ava.example', 'http://ava.example:80/twilio/voice'],
    ['https://ava.example/behind/proxy', 'https://ava.example/behind/proxy/twilio/voice'],
  ])('behind a proxy at %s accepts what was signed as %s', async (publicUrl, signedUrl) => {
    await edge.close();
    edge = await openEdge({ publicUrl });
    expect((await post(VOICE, voiceForm(), signedUrl)).status).toBe(200);
  });

  it('covers the query as it was sent', async () => {
    const path = `${VOICE}?clinic=a%20b&x='`;
    expect((await post(path, voiceForm())).status).toBe(200);
    expect((await post(path, voiceForm(), `${edge.publicUrl}${VOICE}?clinic=other`)).status).toBe(403);
  });
});

describe('bad forms', () => {
  it('refuses other content types: unsigned with 403 like anything unsigned, signed with 415', async () => {
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(edge.url(VOICE), { method: 'POST', headers, body: '{"CallSid":"CA1"}' })).status;
    expect(await ask({ 'content-type': 'application/json' })).toBe(403);
    const signed = signature(edge.publicUrl + VOICE);
    expect(await ask({ 'content-type': 'application/json', 'x-twilio-signature': signed })).toBe(415);
    expect((await fetch(edge.url(VOICE), { method: 'POST' })).status).toBe(403);
  });

  it('names what a signed form lacks, without repeating its values', async () => {
    const response = await post(VOICE, { From: CALLER, CallSid: 'has a blank' });
    expect(response.status).toBe(400);
    const body = await response.text();
    expect(body).toContain('CallSid, To');
    expect(body).not.toContain('has a blank');
  });

  it('refuses a form of thousands of fields, and one above 64 KiB', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, 'x']));
    expect((await post(VOICE, many)).status).toBe(400);
    expect((await post(VOICE, voiceForm({ Extra: 'x'.repeat(65 * 1024) }))).status).toBe(413);
  });

  it('takes a field that came twice for no field', async () => {
    const url = edge.publicUrl + VOICE;
    const body = `${new URLSearchParams(voiceForm()).toString()}&CallSid=CA2`;
    const fields = { ...voiceForm(), CallSid: [CALL_SID, 'CA2'].sort().join('CallSid') };
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature(url, fields),
    };
    expect((await fetch(edge.url(VOICE), { method: 'POST', headers, body })).status).toBe(400);
  });
});

const VOICEMAIL = { RecordingUrl: 'https://api.example/r', RecordingSid: 'RE1', RecordingDuration: '7' };

describe('the continue webhook', () => {
  it('tells the desk what ended and hangs up where it says so', async () => {
    const response = await post(CONTINUE, form({ StreamSid: 'MZ1' }));
    expect(await response.text()).toMatch(/<Response><Hangup\/><\/Response>$/);
    expect(edge.desk.continuations).toEqual([
      {
        callSid: CALL_SID,
        to: '+15550100001',
        streamSid: 'MZ1',
        callStatus: 'in-progress',
        dialCallStatus: null,
        from: '+15550100142',
        dialBridged: null,
        staffTried: 0,
        language: null,
      },
    ]);
  });

  it('as a number’s fallback says what the URL would have that failed', async () => {
    const failed = { ErrorCode: '11200', ErrorUrl: `https://ava.example${CONTINUE}?staff=2&language=es-US#rc=2` };
    await post(CONTINUE, form({ ...failed, DialCallStatus: 'busy' }));
    await post(CONTINUE, form({ ErrorCode: '11200', ErrorUrl: 'https://ava.example/twilio/voice' }));
    expect(edge.desk.continuations).toMatchObject([
      { staffTried: 2, language: 'es-US', dialCallStatus: 'busy' },
      { staffTried: 0, language: null, dialCallStatus: null },
    ]);
  });

  it('dials staff, then is asked again how that went', async () => {
    edge.desk.continuation = {
      kind: 'staff',
      sentence: null,
      staffPhone: '+15550100099',
      staffTried: 1,
      clinic: RADIANCE,
      whispered: false,
    };
    const twiml = await (await post(CONTINUE, form())).text();
    expect(twiml).toContain('<Response><Dial action="https://ava.example/twilio/voice/continue?staff=2"');
    expect(twiml).toContain('callerId="+15550100001"');
    expect(twiml).toContain('<Number>+15550100099</Number>');
    await post(`${CONTINUE}?staff=2`, form({ DialCallStatus: 'no-answer', StreamSid: '' }));
    const told = { dialCallStatus: 'no-answer', streamSid: null, staffTried: 2 };
    expect(edge.desk.continuations.at(-1)).toMatchObject(told);
    await post(`${CONTINUE}?staff=-1`, form({ DialCallStatus: 'busy' }));
    expect(edge.desk.continuations.at(-1)).toMatchObject({ staffTried: 0 });
  });

  it('dials staff through a whisper that names the call', async () => {
    const staff = { kind: 'staff', sentence: null, staffPhone: '+15550100099', clinic: RADIANCE } as const;
    edge.desk.continuation = { ...staff, staffTried: 0, whispered: true };
    const twiml = await (await post(CONTINUE, form())).text();
    expect(twiml).toContain(
      `<Number url="https://ava.example/twilio/voice/whisper?call=${form()['CallSid']}" method="POST">+15550100099`,
    );
  });

  it('goes back to Ava over a new stream, with a token of its own', async () => {
    edge.desk.continuation = {
      kind: 'stream',
      clinicId: 'clinic-1',
      from: '+15550107777',
      to: '+15550100001',
      brokeAt: 1,
    };
    const twiml = await (await post(CONTINUE, form({ DialCallStatus: 'busy', DialBridged: 'false' }))).text();
    expect(twiml).toMatch(
      /<Connect action=.*<Stream url="wss:\/\/ava\.example\/twilio\/media"><Parameter name="token"/,
    );
    expect(edge.desk.continuations.at(-1)).toMatchObject({ dialCallStatus: 'busy', dialBridged: false });
  });

  it('takes a voicemail where there is nobody to dial, keeps it, and thanks for it', async () => {
    edge.desk.continuation = {
      kind: 'staff',
      sentence: 'Sorry.',
      staffPhone: null,
      staffTried: 0,
      clinic: RADIANCE,
      whispered: false,
    };
    expect(await (await post(CONTINUE, form())).text()).toContain('<Record ');
    const thanks = await post(CONTINUE, form(VOICEMAIL));
    expect(await thanks.text()).toMatch(/<Say>Thank you[^<]*<\/Say><Hangup\/>/);
    expect(edge.desk.continuations).toHaveLength(1);
    expect(edge.desk.voicemails).toEqual([
      {
        callSid: CALL_SID,
        from: CALLER,
        to: '+15550100001',
        recording: { sid: 'RE1', url: 'https://api.example/r', seconds: 7 },
      },
    ]);
  });

  it('goes on in the caller’s language, which the next URL tells whichever node is asked', async () => {
    const clinic = { name: 'Radiance', language: 'es-US' };
    const said = { sentence: null, clinic, callerLanguage: 'es-US' };
    const staff = { kind: 'staff', ...said, staffTried: 0, whispered: false } as const;
    edge.desk.continuation = { ...staff, staffPhone: '+15550100099' };
    const dial = await (await post(CONTINUE, form())).text();
    expect(dial).toContain('action="https://ava.example/twilio/voice/continue?staff=1&amp;language=es-US"');
    edge.desk.continuation = { ...staff, staffPhone: null };
    const record = await (await post(`${CONTINUE}?staff=1&language=es-US`, form({ DialCallStatus: 'busy' }))).text();
    expect(edge.desk.continuations.at(-1)).toMatchObject({ staffTried: 1, language: 'es-US' });
    expect(record).toContain('<Record action="https://ava.example/twilio/voice/continue?language=es-US"');
    const thanks = await (await post(`${CONTINUE}?language=es-US`, form(VOICEMAIL))).text();
    expect(thanks).toContain('<Say language="es-MX">Gracias. Su mensaje ha quedado grabado.');
  });

  it('thanks in the clinic’s language where the caller’s is not known', async () => {
    edge.desk.clinic = DERMA;
    const thanks = await (await post(CONTINUE, form(VOICEMAIL))).text();
    expect(thanks).toContain('<Say language="de-DE">Danke.');
  });

  it('keeps a voicemail of which little is told', async () => {
    await post(CONTINUE, form({ RecordingUrl: 'https://api.example/r', RecordingDuration: 'long', From: 'anonymous' }));
    const recording = { sid: 'https://api.example/r', url: 'https://api.example/r', seconds: null };
    expect(edge.desk.voicemails).toMatchObject([{ from: null, recording }]);
  });

  it('does not thank for a voicemail that could not be kept', async () => {
    edge.desk.keeping = () => Promise.reject(new Error('the database is away'));
    const response = await post(CONTINUE, form(VOICEMAIL));
    const twiml = await response.text();
    expect(twiml).toMatch(/<Say>[^<]*sorry[^<]*<\/Say><Hangup\/>/);
    expect(twiml).not.toContain('Thank you');
    expect(edge.events.of('http.failed')).toHaveLength(1);
  });

  it('apologises where the desk breaks', async () => {
    edge.desk.continuation = () => Promise.reject(new Error('a bug'));
    const response = await post(CONTINUE, form());
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('sorry')]);
    expect(edge.events.of('http.failed')).toMatchObject([{ route: CONTINUE }]);
  });
});

describe('the whisper to staff', () => {
  const WHISPER = '/twilio/voice/whisper';
  const CALL = form()['CallSid'] ?? '';

  it('tells who calls and why, and hangs up on a machine that presses no key', async () => {
    edge.desk.summary = 'This is Ava with a call from 1 5 5 5.';
    const twiml = await (await post(`${WHISPER}?call=${CALL}`, form())).text();
    expect(twiml).toMatch(
      /<Gather numDigits="1" [^>]*action="https:\/\/ava\.example\/twilio\/voice\/whisper\?call=CA\w+&amp;accepted=1"[^>]*><Say>This is Ava with a call from 1 5 5 5\. Press any key/,
    );
    expect(twiml).toMatch(/<\/Gather><Hangup\/><\/Response>$/);
    expect(edge.desk.taken).toEqual([]);
  });

  it('connects whoever pressed a key, and tells the desk', async () => {
    const twiml = await (await post(`${WHISPER}?call=${CALL}&accepted=1`, form({ Digits: '1' }))).text();
    expect(twiml).toMatch(/<Response\/>$/);
    expect(edge.desk.taken).toEqual([CALL]);
  });

  it('says the least where nothing is known of the call any more', async () => {
    edge.desk.summary = null;
    expect(await (await post(`${WHISPER}?call=${CALL}`, form())).text()).toContain('A caller for the clinic.');
  });

  it('refuses a URL that names no call, and one that Twilio did not sign', async () => {
    expect((await post(WHISPER, form())).status).toBe(400);
    expect((await post(`${WHISPER}?call=no%20call`, form())).status).toBe(400);
    const forged = await fetch(edge.url(`${WHISPER}?call=${CALL}&accepted=1`), { method: 'POST' });
    expect(forged.status).toBe(403);
  });
});

describe('the status callback', () => {
  it('hands the status to the desk and answers 204', async () => {
    const response = await post(STATUS, voiceForm({ CallStatus: 'completed', CallDuration: '61' }));
    expect(response.status).toBe(204);
    expect(edge.desk.statuses).toEqual([{ callSid: CALL_SID, status: 'completed' }]);
  });
});
