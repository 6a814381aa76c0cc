/**
 * Whether a name matches a pattern: `*` stands for any characters but `/`, `**` for any, `?` for one that is not `/`;
 * everything else for itself. Takes time in proportion to the product of both lengths, whatever they hold.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name;
  const tokens = pattern.match(/\*{2,}|./gs) ?? [];
  // States are places in the pattern; all that can be reached by the characters read so far are walked at once.
  let reached = new Uint8Array(tokens.length + 1);
  reached[0] = 1;
  passStars(tokens, reached);
  for (const character of name) {
    const next = new Uint8Array(tokens.length + 1);
    for (const [at, token] of tokens.entries()) {
      if (!reached[at]) continue;
      if (token.startsWith('**') || (token === '*' && character !== '/')) next[at] = 1;
      else if (token === character || (token === '?' && character !== '/')) next[at + 1] = 1;
    }
    passStars(tokens, next);
    reached = next;
  }
  return reached[tokens.length] === 1;
}

/** A star may stand for nothing. */
function passStars(tokens: readonly string[], reached: Uint8Array): void {
  for (const [at, token] of tokens.entries()) if (reached[at] && token.startsWith('*')) reached[at + 1] = 1;
}
