/** Two phones talking to each other: what one says, the other hears a tick later. */
import type { Line } from './line.ts';

/** Connects two lines; the returned function parts them. */
export function bridge(first: Line, second: Line): () => void {
  const toFirst: (Buffer | undefined)[] = [];
  const toSecond: (Buffer | undefined)[] = [];
  const partFirst = first.connect({
    exchange: (spoken) => {
      toSecond.push(spoken);
      return toFirst.shift();
    },
  });
  const partSecond = second.connect({
    exchange: (spoken) => {
      toFirst.push(spoken);
      return toSecond.shift();
    },
  });
  return () => {
    partFirst();
    partSecond();
  };
}
