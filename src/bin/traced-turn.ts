/** What a conversation has done outside of its actors, as part of the trace of its present turn. */
import type { BookingStore } from '../domain/ports.ts';
import type { ToolOutcome } from '../domain/tools.ts';
import { type Tracing, traced } from '../domain/tracing.ts';
import { toolDeclarations } from '../receptionist/tools/toolbox.ts';

type Holds = Pick<BookingStore, 'hold' | 'release'>;

export interface TracedTurn {
  tool(name: string, run: () => Promise<ToolOutcome>): Promise<ToolOutcome>;
  /** The same holds: a hold is placed by the call itself rather than by a tool. */
  holds(store: Holds): Holds;
}

export function tracedTurn(tracing: Tracing, conversationId: string): TracedTurn {
  return {
    tool: (name, run) =>
      tracing.inTurn(conversationId, () =>
        traced(tracing, { name: spanName(name), role: 'within' }, async (span) => {
          const outcome = await run();
          span.note({ 'ava.tool.result': outcome.answer.success ? 'success' : outcome.answer.error });
          return outcome;
        }),
      ),
    holds: (store) => ({
      hold: (request) => tracing.inTurn(conversationId, () => store.hold(request)),
      release: (clinicId, id) => tracing.inTurn(conversationId, () => store.release(clinicId, id)),
    }),
  };
}

/** A model may make up tools, and name them as it likes. */
function spanName(tool: string): string {
  return toolDeclarations().some(({ name }) => name === tool) ? `tool ${tool}` : 'tool unknown';
}
