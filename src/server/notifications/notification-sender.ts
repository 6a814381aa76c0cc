/** A request that says to come from a registry, as it came. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes that a signature is over. */
  readonly raw: Uint8Array;
  /** The same, as JSON. */
  readonly body: unknown;
  /** From the path, for senders that can show a secret nowhere else. */
  readonly pathSecret?: string | undefined;
}

/** One thing that happened to one image. */
export interface News {
  /** The same for each repetition of it, part of what was authenticated. */
  readonly delivery: string;
  readonly at: Date;
  readonly kind: 'push' | 'delete';
  readonly repository: string;
  /** A push without one is looked up by its tag; a deletion without one is that of the tag. */
  readonly digest?: string | undefined;
  readonly tag?: string | undefined;
}

export interface ReadDelivery {
  readonly news: readonly News[];
  /** What the sender wants to hear; nothing in particular when not said. */
  readonly answer?: Readonly<Record<string, string>>;
}

/** A way in which registries tell what happens. */
export interface NotificationSender {
  /** The file's name, for ever. */
  readonly id: string;
  /** Whether it shows the registry's secret. Runs on everything that anybody sends; compares in constant time. */
  readonly isAuthentic: (delivery: Delivery, secret: string) => boolean;
  /** Undefined when this is not what the sender sends. Never throws. */
  readonly read: (delivery: Delivery) => ReadDelivery | undefined;
}
