/**
 * How each fact reads in the log: one table, exhaustive by its type. Messages are static, so that they can be counted
 * and searched; what varies is in the fields, which are the event's own.
 */
import type { AvaEventName, AvaEvents } from '../../src/domain/events.ts';
import type { LogLevel } from '../config.ts';

/** A level, and a message that never varies. */
export interface Line<Event> {
  readonly level: LogLevel | ((event: Event) => LogLevel);
  readonly message: string;
}

/** What orchestrators and scrapers ask all the time. */
const PROBES = /^\/(?:health|metrics)/;

const accessLevel = ({ route, status }: AvaEvents['http.request']): LogLevel => {
  if (status >= 500) return 'warn';
  return PROBES.test(route) ? 'debug' : 'info';
};

/** What passes by itself, and what somebody has to mend. */
const calendarLevel = ({ kind }: AvaEvents['calendar.troubled']): LogLevel =>
  kind === 'busy' || kind === 'unavailable' || kind === 'timeout' ? 'warn' : 'error';

const tidiedLevel = ({ calls, ...rest }: AvaEvents['housekeeping.done']): LogLevel => {
  if (calls > 0) return 'warn';
  return Object.values(rest).some((count) => count > 0) ? 'info' : 'debug';
};

const reconciledLevel = ({ removed, rewritten }: AvaEvents['calendar.reconciled']): LogLevel =>
  removed + rewritten > 0 ? 'warn' : 'debug';

const unwrittenLevel = ({ afterMs, kind }: AvaEvents['calendar.write_failed']): LogLevel =>
  afterMs === null || kind === 'credentials' || kind === 'calendar_gone' || kind === 'broke' ? 'error' : 'warn';

const WATCH_LEVELS: Readonly<Record<AvaEvents['call.watched']['result'], LogLevel>> = {
  recalled: 'warn',
  ended: 'info',
  left: 'debug',
  attended: 'debug',
  unknown: 'warn',
  failed: 'error',
};

export const LINES: { readonly [Name in AvaEventName]: Line<AvaEvents[Name]> } = {
  'call.offered': { level: 'info', message: 'call offered' },
  'call.shed': { level: 'warn', message: 'call shed' },
  'call.started': { level: 'info', message: 'call started' },
  'call.ended': { level: 'info', message: 'call ended' },
  'call.crashed': { level: 'error', message: 'call crashed; the caller was handed to staff' },
  'call.refused': { level: 'warn', message: 'call refused' },
  'turn.committed': { level: 'debug', message: 'caller stopped' },
  'call.kept': {
    level: ({ result }) => (result === 'ok' ? 'debug' : 'warn'),
    message: 'what the call remembers was kept',
  },
  'call.displaced': { level: 'warn', message: 'call is of another node by now' },
  'call.resumed': {
    level: ({ result }) => (result === 'resumed' ? 'info' : 'warn'),
    message: 'call went on over another line',
  },
  'call.watched': {
    level: ({ result }) => WATCH_LEVELS[result],
    message: 'nobody took care of a call',
  },
  'turn.caller': { level: 'info', message: 'caller spoke' },
  'turn.assistant': { level: 'info', message: 'assistant spoke' },
  'turn.first_audio': { level: 'debug', message: 'first audio of a reply left' },
  'turn.first_heard': { level: 'debug', message: 'first audio of a reply was played' },
  'turn.interrupted': { level: 'info', message: 'caller interrupted' },
  'response.started': { level: 'debug', message: 'model began to answer' },
  'response.ended': { level: 'debug', message: 'model ended its answer' },
  'tool.started': { level: 'debug', message: 'tool started' },
  'tool.finished': { level: 'info', message: 'tool finished' },
  'tool.broke': { level: 'error', message: 'tool broke' },
  'booking.finished': { level: 'info', message: 'booking finished' },
  'model.connected': { level: 'info', message: 'model connected' },
  'model.error': { level: ({ kind }) => (kind === 'fatal' ? 'error' : 'warn'), message: 'model error' },
  'model.reconnected': {
    level: ({ result }) => (result === 'failed' ? 'error' : 'info'),
    message: 'model session replaced',
  },
  'model.limit_near': { level: 'warn', message: 'model rate limit is near' },
  'model.circuit': { level: 'warn', message: 'model circuit changed' },
  'model.usage': { level: 'debug', message: 'model usage' },
  'model.transcribed': { level: 'debug', message: 'caller transcribed' },
  'calendar.troubled': { level: calendarLevel, message: 'calendar did not do as asked' },
  'calendar.mirrors_aged': { level: 'debug', message: 'copies of calendars aged' },
  'media.violation': { level: 'warn', message: 'media stream broke its protocol' },
  'media.stalled': { level: 'warn', message: 'media stream went quiet without an end' },
  'media.relayed': { level: 'debug', message: 'audio passed through' },
  'media.backpressure': {
    level: ({ result }) => (result === 'dropped' ? 'warn' : 'debug'),
    message: 'socket is read too slowly',
  },
  'http.request': { level: accessLevel, message: 'request answered' },
  'http.failed': { level: 'error', message: 'request failed unexpectedly' },
  'job.finished': { level: 'debug', message: 'job finished' },
  'job.failed': { level: ({ last }) => (last ? 'error' : 'warn'), message: 'job failed' },
  'job.stalled': { level: 'warn', message: 'job was left by its worker and is run again' },
  'queue.counted': { level: 'debug', message: 'queue counted' },
  'queue.lost': { level: 'error', message: 'queue is out of reach' },
  'queue.troubled': { level: 'warn', message: 'queue met an error' },
  'queue.renewed': { level: 'error', message: 'queue had a deaf worker; it was replaced' },
  'outbox.counted': { level: 'debug', message: 'outbox counted' },
  'outbox.stuck': { level: 'error', message: 'outbox is not passed on' },
  'calendar.written': { level: 'info', message: 'calendar shows the appointment as it is' },
  'calendar.write_failed': { level: unwrittenLevel, message: 'calendar could not be written' },
  'calendar.changed_by_hand': { level: 'warn', message: 'appointment was changed by hand in the calendar' },
  'calendar.reconciled': { level: reconciledLevel, message: 'calendars compared with the book' },
  'conversation.scored': { level: 'info', message: 'conversation scored' },
  'conversation.scoring_failed': {
    level: ({ afterMs }) => (afterMs === null ? 'error' : 'warn'),
    message: 'conversation could not be scored',
  },
  'webhook.delivered': { level: 'debug', message: 'webhook delivered' },
  'webhook.failed': {
    level: ({ afterMs }) => (afterMs === null ? 'error' : 'warn'),
    message: 'webhook was not taken',
  },
  'notice.asked': { level: 'info', message: 'customer is told of an appointment' },
  'waitlist.looked': { level: 'info', message: 'waitlist entry looked at' },
  'text.received': { level: 'info', message: 'text received' },
  'text.answered': { level: 'info', message: 'texts answered' },
  'text.limited': { level: 'warn', message: 'texts left to staff, since a limit is passed' },
  'text.sent': { level: 'info', message: 'text sent' },
  'text.refused': { level: 'warn', message: 'text refused for good' },
  'text.failed': { level: ({ kind }) => (kind === 'credentials' ? 'error' : 'warn'), message: 'text not sent yet' },
  'text.reported': { level: ({ code }) => (code === null ? 'debug' : 'warn'), message: 'text reported' },
  'housekeeping.done': { level: tidiedLevel, message: 'housekeeping done' },
  'node.heartbeat_lost': { level: 'error', message: 'heartbeat can not be written' },
  'node.heartbeat_back': { level: 'info', message: 'heartbeat is written again' },
  'db.queried': { level: 'debug', message: 'database queried' },
  'log.entries_dropped': { level: 'error', message: 'conversation entries dropped, since they could not be stored' },
  'log.folds_dropped': { level: 'warn', message: 'call events dropped, since they could not be stored' },
  'clinic.unreadable': { level: 'error', message: 'clinic stored wrongly' },
  'phrases.rendered': { level: 'info', message: 'phrases rendered' },
  'phrases.failed': { level: 'warn', message: 'phrases could not be rendered; tried again later' },
  'store.failed': { level: 'error', message: 'could not be stored' },
  'dependency.lost': { level: 'error', message: 'dependency lost' },
  'dependency.back': { level: 'info', message: 'dependency back' },
  'process.unhandled': { level: 'error', message: 'unhandled error' },
  'config.warned': { level: 'warn', message: 'configuration is unwise' },
  'process.stop_failed': { level: 'error', message: 'resource did not stop' },
  'process.log_level': { level: 'info', message: 'log level changed' },
  'events.subscriber_broke': { level: 'error', message: 'a subscriber broke on a fact; told once' },
  'process.state': { level: 'info', message: 'process state changed' },
};
