import type { Migration } from '../migration.ts';
import { first } from './0001-first.ts';
import { words } from './0002-words.ts';
import { search } from './0003-search.ts';
import { pace } from './0004-pace.ts';
import { artifacts } from './0005-artifacts.ts';
import { release } from './0006-release.ts';
import { reach } from './0007-reach.ts';
import { repeats } from './0008-repeats.ts';
import { fixed } from './0009-fixed.ts';
import { endedExceptions } from './0010-ended-exceptions.ts';
import { uploaded } from './0011-uploaded.ts';
import { remarks } from './0012-remarks.ts';
import { moved } from './0013-moved.ts';
import { followed } from './0014-followed.ts';
import { days } from './0015-days.ts';
import { types } from './0016-types.ts';

/** In order. */
export const migrations: readonly Migration[] = [
  first,
  words,
  search,
  pace,
  artifacts,
  release,
  reach,
  repeats,
  fixed,
  endedExceptions,
  uploaded,
  remarks,
  moved,
  followed,
  days,
  types,
];
