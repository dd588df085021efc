/**
 * How Postgres really runs what the tools ask, as it tells itself: `auto_explain` in the session of the node, so that
 * each statement is explained as it was sent, prepared, under the app's role and the policies of its clinic; foreign
 * keys' own statements too. Generic plans are asked for, since that is what a prepared statement ends up with.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openPostgres } from '../../../db/postgres.ts';
import { logSize } from '../../../ops/embedded/log-file.ts';
import type { EmbeddedPostgres } from '../../../ops/embedded/postgres.ts';

export interface Plan {
  /** The statement as Postgres had it, on one line. */
  readonly query: string;
  /** ms, without planning. */
  readonly tookMs: number;
  /** As `explain (analyze, buffers)` prints it. */
  readonly text: string;
  /** Tables that were read from end to end. */
  readonly readWhole: readonly string[];
  /** Scans of an index that touched more pages than what they found would need: they passed over much else. */
  readonly wandering: readonly string[];
  /** The most rows that one step read, those thrown away included. */
  readonly rowsRead: number;
  /** Pages of 8 KB that were touched. */
  readonly pages: number;
}

const EXPLAINING = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  'auto_explain.log_nested_statements': 'on',
  plan_cache_mode: 'force_generic_plan',
};

/** Runs `work` with a database of one connection that explains itself; answers the costliest plan of each statement. */
export async function explained(
  server: EmbeddedPostgres,
  work: (database: Database) => Promise<void>,
): Promise<Plan[]> {
  const url = new URL(server.url);
  for (const [name, value] of Object.entries(EXPLAINING)) url.searchParams.set(name, value);
  const logFile = join(server.dir, 'postgres.log');
  const from = logSize(logFile);
  const database = openPostgres({ url: url.href, poolSize: 1, applicationName: 'bench-explain' });
  try {
    await work(database);
  } finally {
    await database.close();
  }
  const plans = plansIn(readFileSync(logFile).subarray(from).toString('utf8'));
  // A Map keeps the last of each.
  const rising = plans.toSorted((a, b) => a.pages - b.pages);
  return [...new Map(rising.map((plan) => [plan.query, plan])).values()];
}

/** The log's entries: a line that tells how long it took, then the statement and its plan behind tabs. */
function plansIn(log: string): Plan[] {
  return [...log.matchAll(/ LOG: {2}duration: ([\d.]+) ms {2}plan:\n((?:\t.*\n?)+)/g)].flatMap(
    ([, took, entry = '']) => {
      const lines = entry
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(1));
      const begin = lines.findIndex((line) => /\(cost=.*\) \((?:actual|never)/.test(line));
      if (begin < 0) return [];
      const query = lines.slice(0, begin).join(' ').replace(/\s+/g, ' ').replace('Query Text: ', '').trim();
      const text = lines.slice(begin).join('\n');
      return [{ query, tookMs: Number(took), text, ...read(text) }];
    },
  );
}

/** A node of a plan with the lines that say more of it, up to the next. */
const NODE = /^[ >-]*(.*?) {2}\(cost=.*\) \(actual time=\S+ rows=(\d+) loops=(\d+)\)$((?:\n(?!.*\(cost=).*)*)/gm;
/** To find where the rows of one key begin, with some that are dead. */
const PAGES_A_SEARCH = 10;
/** Of the index and of the table. */
const PAGES_A_ROW = 2;

function read(text: string): Pick<Plan, 'readWhole' | 'wandering' | 'rowsRead' | 'pages'> {
  const nodes = [...text.matchAll(NODE)].map(([, name = '', rowsGiven, loops, more = '']) => {
    const removed = [...more.matchAll(/Rows Removed by [\w ]+: (\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    const keys = /ANY \(ARRAY\[(.*?)\]/.exec(more)?.[1]?.split(',').length ?? 1;
    const rows = (Number(rowsGiven) + removed) * Number(loops);
    return { name, rows, searches: keys * Number(loops), pages: pagesIn(more) };
  });
  return {
    readWhole: [...text.matchAll(/Seq Scan on (\S+)/g)].map(([, table = '']) => table),
    wandering: nodes
      .filter(
        ({ name, rows, searches, pages }) =>
          /^(?:Bitmap )?Index/.test(name) && pages > PAGES_A_SEARCH * searches + PAGES_A_ROW * rows,
      )
      .map(({ name }) => name),
    rowsRead: Math.max(0, ...nodes.map(({ rows }) => rows)),
    pages: pagesIn(text),
  };
}

/** Of the first node in it, those below included. */
function pagesIn(text: string): number {
  const buffers = /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(text);
  return Number(buffers?.[1] ?? 0) + Number(buffers?.[2] ?? 0);
}
