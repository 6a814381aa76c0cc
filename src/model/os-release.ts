/** What `/etc/os-release` says; see the os-release(5) manual page. */
export interface OsRelease {
  /** Lower case: `alpine`, `debian`, `rhel`. */
  readonly id: string;
  /** `ID_LIKE`, split. */
  readonly like: readonly string[];
  /** `VERSION_ID`; absent for rolling distributions. */
  readonly version?: string;
  readonly name?: string;
  readonly codename?: string;
  readonly variant?: string;
  readonly cpe?: string;
}
