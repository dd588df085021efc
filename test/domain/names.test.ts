import { describe, expect, it } from 'vitest';
import { isNameOf, tidyName } from '../../src/domain/names.ts';

describe('a name', () => {
  it.each([
    ['  Jordan   Lee ', 'Jordan Lee'],
    ['jordan lee', 'Jordan Lee'],
    ['JORDAN LEE', 'Jordan Lee'],
    ['Jordan Lee.,', 'Jordan Lee.'],
    ["maeve o'neill-smith", "Maeve O'neill-Smith"],
    ['Ludwig van Beethoven', 'Ludwig van Beethoven'],
    ['Ronan McDonald', 'Ronan McDonald'],
    ['josé álvarez', 'José Álvarez'],
    ['Zoë\u0000\nQuinn', 'Zoë Quinn'],
    ['李 小龙', '李 小龙'],
    ['Bo', 'Bo'],
    [' , ', ''],
  ])('"%s" is kept as "%s"', (said, kept) => {
    expect(tidyName(said)).toBe(kept);
  });

  it.each([
    ['Jordan Lee', 'Jordan Lee'],
    ['jordan lee', 'Jordan Lee'],
    ['Lee', 'Jordan Lee'],
    ['Ms. Lee', 'Jordan Lee'],
    ['Jordan Lee', 'Jordan Ann Lee'],
    ['Jose Alvarez', 'José Álvarez'],
    ["O'Neill", 'Maeve ONeill'],
    ['Cher', 'Cher'],
  ])('"%s" is that of %s', (given, onFile) => {
    expect(isNameOf(given, onFile)).toBe(true);
  });

  it.each([
    ['Jordan', 'Jordan Lee'],
    ['Jordan Li', 'Jordan Lee'],
    ['Jordan Ann Lee', 'Jordan Lee'],
    ['Jo Lee', 'Jordan Lee'],
    ['L', 'Jordan Lee'],
    ['Ann Lee', 'Jordan Lee'],
    ['', 'Jordan Lee'],
    ['Mr', 'Jordan Lee'],
    ['Jordan Lee', ''],
    ['', ''],
  ])('"%s" is not that of "%s"', (given, onFile) => {
    expect(isNameOf(given, onFile)).toBe(false);
  });
});
