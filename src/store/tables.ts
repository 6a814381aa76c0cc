import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';

/** A column that the database fills when nothing is given. */
type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Instant = ColumnType<Date, Date | string, Date | string>;
type DefaultedInstant = ColumnType<Date, Date | string | undefined, Date | string>;
type MaybeInstant = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** Read as a value, written as text. `unknown` until a schema has accepted it. */
type Json = ColumnType<unknown, string, string>;
type MaybeJson = ColumnType<unknown, string | null | undefined, string | null>;

export interface Tables {
  setting: { name: string; value: Json };
  account: {
    id: Generated<string>;
    login: string;
    name: string | null;
    source: string;
    subject: string | null;
    password: string | null;
    must_change_password: Defaulted<boolean>;
    grants: Json;
    disabled: Defaulted<boolean>;
    last_seen: MaybeInstant;
    created: DefaultedInstant;
  };
  sign_in_attempt: {
    login: string;
    place: string;
    failures: Defaulted<number>;
    locked_until: MaybeInstant;
    last: Instant;
  };
  session: {
    hash: Buffer;
    account: string;
    csrf: string;
    created: DefaultedInstant;
    last_used: DefaultedInstant;
    expires: Instant;
  };
  api_token: {
    id: Generated<string>;
    hash: Buffer;
    hint: string;
    name: string;
    account: string;
    grants: Json;
    created: DefaultedInstant;
    expires: Instant;
    last_used: MaybeInstant;
  };
  repeatable_request: { account: string; key: string; request: Buffer; at: Instant; answer: Buffer | null };
  trail: {
    id: Generated<string>;
    at: DefaultedInstant;
    who: string;
    address: string | null;
    action: string;
    subject: string;
    detail: MaybeJson;
    outcome: string;
  };
  registry: {
    id: Generated<number>;
    name: string;
    kind: string;
    host: string;
    settings: Json;
    secrets: Buffer | null;
    notification_secret: Buffer;
    failure: MaybeJson;
    crawl_state: MaybeJson;
    last_push: MaybeInstant;
    last_crawl: MaybeInstant;
    created: DefaultedInstant;
  };
  registry_pace: { registry: number; due: Instant; rest_until: MaybeInstant };
  notification: { registry: number; delivery: string; at: DefaultedInstant };
  repository: { id: Generated<number>; registry: number; name: string; last_push: MaybeInstant };
  image: {
    id: Generated<number>;
    digest: string;
    name: string;
    words: Defaulted<string>;
    manifest_digest: string | null;
    config_digest: string | null;
    platform: string | null;
    os: string | null;
    end_of_life: boolean | null;
    release: ColumnType<string | null, string | null | undefined, string | null>;
    state: Defaulted<string>;
    failure: MaybeJson;
    artifact: ColumnType<string | null, string | null | undefined, string | null>;
    media_type: ColumnType<string | null, string | null | undefined, string | null>;
    problems: Defaulted<number>;
    packages: Defaulted<number>;
    scanner: string | null;
    first_seen: DefaultedInstant;
    pushed: MaybeInstant;
    scanned: MaybeInstant;
    gone: MaybeInstant;
  };
  image_detail: { image: number; detail: Buffer };
  image_components: { image: number; components: number[] };
  image_components_gone: { image: number; components: number[] };
  image_summary: {
    image: number;
    critical: Defaulted<number>;
    high: Defaulted<number>;
    medium: Defaulted<number>;
    low: Defaulted<number>;
    negligible: Defaulted<number>;
    unknown: Defaulted<number>;
    fixable: Defaulted<number>;
    exploited: Defaulted<number>;
    risk: Defaulted<number>;
  };
  placement: {
    repository: number;
    image: number;
    first_seen: DefaultedInstant;
    pushed: MaybeInstant;
    deleted: MaybeInstant;
    uploaded: Generated<string | null>;
  };
  tag: { repository: number; name: string; image: number; since: DefaultedInstant };
  tag_past: { repository: number; name: string; image: number; since: Instant; until: DefaultedInstant };
  image_event: {
    id: Generated<string>;
    image: number;
    at: DefaultedInstant;
    cause: string;
    change: string;
    flaw: number | null;
    component: number | null;
    detail: string | null;
    findings: Generated<number | null>;
  };
  component: {
    id: Generated<number>;
    key: Buffer;
    type: string;
    name: string;
    software: string;
    version: string;
    stream: string | null;
    purl: string;
    facts: Buffer;
    build: number;
  };
  component_key: { component: number; stream: string; name: string };
  flaw: {
    id: Generated<number>;
    name: string;
    aliases: Defaulted<string[]>;
    title: string | null;
    cvss: number | null;
    epss: number | null;
    epss_percentile: number | null;
    exploited: ColumnType<string | null, string | null | undefined, string | null>;
    ransomware: Defaulted<boolean>;
    exploits: Defaulted<number>;
    published: ColumnType<string | null, string | null | undefined, string | null>;
    facts: Json;
    hash: Buffer;
  };
  candidate: {
    component: number;
    flaw: number;
    severity: number;
    severity_source: string;
    status: number;
    fixed: string[];
    upgrade_to: string | null;
    risk: number;
    since: Instant;
    cause: string;
    build: number;
  };
  candidate_past: {
    component: number;
    flaw: number;
    severity: number;
    since: Instant;
    cause: string;
    until: Instant;
    build: number;
  };
  build: {
    id: Generated<number>;
    digest: string;
    built: Instant;
    installed: DefaultedInstant;
    installed_by: string;
    keys_changed: Defaulted<number>;
    packages_rematched: Defaulted<number>;
    images_changed: Defaulted<number>;
    appeared: Defaulted<number>;
    went: Defaulted<number>;
    took: Defaulted<number>;
  };
  build_part: { build: number; part: number; bytes: Buffer };
  exception: {
    id: Generated<string>;
    scope: Json;
    reason: string;
    kind: string;
    state: string;
    expires: MaybeInstant;
    asked_by: string;
    asked_at: DefaultedInstant;
    decided_by: string | null;
    decided_at: MaybeInstant;
    decision_note: string | null;
    approved_at: MaybeInstant;
    ended_at: MaybeInstant;
    ended_by: string | null;
    end_note: string | null;
  };
  excepted: { image: number; component: number; flaw: number; exception: string; since: DefaultedInstant };
  excepted_past: {
    id: Generated<string>;
    image: number;
    component: number;
    flaw: number;
    exception: string;
    since: Instant;
    until: Instant;
    again: boolean;
  };
  recommendation_note: {
    key: string;
    owner: string | null;
    due: ColumnType<string | null, string | null | undefined, string | null>;
    status: Defaulted<string>;
    changed: DefaultedInstant;
  };
  estate_change: { id: Generated<string> };
  flaw_summary: {
    flaw: number;
    images: number;
    severity: number;
    risk: number;
    fixable: boolean;
    epss: number;
    first_seen: Instant;
    packages: string[];
    types: Defaulted<string[]>;
    words: string;
  };
  update_summary: {
    key: string;
    type: string;
    stream: string | null;
    software: string;
    target: string;
    versions: string[];
    components: number[];
    flaws: string[];
    images: number;
    critical: number;
    high: number;
    medium: number;
    low: number;
    negligible: number;
    unknown: number;
    exploited: number;
    accepted: number;
    risk: number;
    since: Instant;
    gone: MaybeInstant;
  };
  followed_images: { part: number; lists: Buffer };
  reach: {
    id: Generated<number>;
    key: string;
    registries: string[];
    repositories: string[];
    within: string[] | null;
    asked: DefaultedInstant;
    counted: MaybeInstant;
  };
  reach_day: { reach: number; day: string; counts: Json };
  package_summary: { type: string; name: string; images: number; versions: number };
  recount: { one: Defaulted<boolean>; at: Instant; took: number };
  day_summary: { day: string; counts: Json };
  job: {
    id: Generated<string>;
    kind: string;
    subject: string;
    image: number | null;
    registry: number | null;
    state: Defaulted<string>;
    progress: number | null;
    detail: string | null;
    attempt: Defaulted<number>;
    because: string;
    created: DefaultedInstant;
    started: MaybeInstant;
    finished: MaybeInstant;
    failure: MaybeJson;
  };
}

/** What the functions of this folder are given: the whole store, or a transaction in it. */
export type Store = Kysely<Tables>;
export type StoreTransaction = Transaction<Tables>;
