import { readdirSync, readFileSync } from 'node:fs';

/** MB (10^6 bytes) that a process and all below it take: each shared page counted once, by its share. Linux only. */
export function memoryOf(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + proportionalMemory(one), 0);
}

function treeOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (const one of found) found.push(...(children.get(one) ?? []));
  return found;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: a name in brackets may hold anything. */
function parentOf(pid: number): number {
  const text = read(`/proc/${pid}/stat`);
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function proportionalMemory(pid: number): number {
  return (Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024) / 1e6;
}

/** Empty for a process that is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
