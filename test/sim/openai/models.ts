/** `GET /v1/models` in the service's shape: the models that a session or a text request may ask for. */
const SHUTDOWN_DATES: Readonly<Record<string, string | null>> = {
  'gpt-realtime-2.1': null,
  'gpt-realtime-2.1-mini': null,
  'gpt-realtime-2': null,
  'gpt-realtime-1.5': null,
  'gpt-realtime': '2027-01-20',
  'gpt-realtime-mini': '2027-01-20',
  'gpt-5.4': null,
  'gpt-5.4-mini': null,
  'gpt-5.4-nano': null,
  'gpt-live-transcribe': null,
  'gpt-transcribe': null,
  'gpt-4o-transcribe': '2027-02-26',
  'gpt-4o-mini-transcribe': '2027-02-26',
  'whisper-1': '2027-02-26',
};

/** 2025-08-28, the day of the first of them. */
const CREATED_S = 1_756_339_200;

export interface Model {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
  /** `YYYY-MM-DD`, where the end is announced. */
  readonly shutdown_date?: string;
}

export const MODELS: readonly Model[] = Object.entries(SHUTDOWN_DATES).map(([id, shutdown]) => ({
  id,
  object: 'model',
  created: CREATED_S,
  owned_by: 'openai',
  ...(shutdown === null ? {} : { shutdown_date: shutdown }),
}));

/** Whether a session of the Realtime API can be had with it. */
export function isRealtimeModel(id: string): boolean {
  return id.startsWith('gpt-realtime') && isKnown(id);
}

/** Whether the Responses API answers with it. */
export function isTextModel(id: string): boolean {
  return id.startsWith('gpt-5') && isKnown(id);
}

/** By its name or that of a snapshot. */
function isKnown(id: string): boolean {
  return MODELS.some((model) => model.id === id || id.startsWith(`${model.id}-20`));
}
