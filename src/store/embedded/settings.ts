import type { Binaries } from './binaries.ts';

/**
 * Settings of the embedded database, by argument so that no file has to be kept in step. Lean: the data is small (most of
 * a store fits in the cache of the operating system), the connections are few, and the whole server has one budget.
 */
export function postgresArguments({
  binaries,
  data,
  sockets,
  safe = true,
}: {
  readonly binaries: Binaries;
  readonly data: string;
  readonly sockets: string;
  /** False only for data that may be lost. */
  readonly safe?: boolean;
}): readonly string[] {
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    max_connections: '60',
    shared_buffers: '96MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: '512MB',
    random_page_cost: '1.1',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    autovacuum_max_workers: '2',
    max_wal_size: '1GB',
    wal_compression: 'on',
    // Nothing is replicated.
    wal_level: 'minimal',
    max_wal_senders: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '',
    // What a statement did wrong is told to whoever sent it.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    ...(safe ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    // From 18 on reading is left to worker processes; ours is rarely from the disk.
    ...(binaries.major >= 18 ? { io_method: 'sync' } : {}),
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
