import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '../../lib/errors.ts';

/** OWASP's choice for argon2id: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;
const derive = promisify(argon2);

/** A PHC string: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await inTurn(() => derive('argon2id', { ...cost, message: normal(password), nonce: salt, tagLength }));
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain64(salt)}$${plain64(tag)}`;
}

/** Takes as long without a hash to compare with as with one. */
export async function verifyPassword(hash: string | null | undefined, password: string): Promise<boolean> {
  const known = parse(hash ?? nobodys) ?? parse(nobodys);
  if (!known) return false;
  const { memory, passes, parallelism, salt, tag } = known;
  const parameters = { memory, passes, parallelism, message: normal(password), nonce: salt, tagLength: tag.length };
  const found = await inTurn(() => derive('argon2id', parameters));
  return timingSafeEqual(found, tag) && hash !== null && hash !== undefined;
}

/** Made with the present cost, of a password that nobody knows. */
const nobodys = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${plain64(randomBytes(16))}$${plain64(randomBytes(tagLength))}`;

/** Whether the hash was made at another cost than new ones are. */
export function isOutdated(hash: string): boolean {
  return !hash.startsWith(nobodys.slice(0, nobodys.indexOf('$', 20)));
}

interface Parsed {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

function parse(hash: string): Parsed | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{22,86})$/.exec(hash);
  if (!match) return undefined;
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** Keyboards write the same letter in more than one way. */
function normal(password: string): string {
  return password.normalize('NFKC');
}

function plain64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

/** Each takes 19 MiB and a thread for some 30 ms: a few at once, a bounded row of others, and no more. */
const atOnce = 2;
const waitingAtMost = 100;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) {
    if (waiting.length >= waitingAtMost)
      throw new AppError('RATE_LIMITED', 'Too many people sign in just now. Try again in a few seconds.');
    await new Promise<void>((go) => waiting.push(go));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** 120 random bits in groups, without characters that look alike. */
export function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789ABCDEFGHJKLMNPQRSTUVWXYZ'.slice(0, 32);
  const text = [...randomBytes(24)].map((byte) => letters[byte % 32]).join('');
  return text.replace(/(.{6})(?=.)/g, '$1-');
}
