import type { CredentialFinder } from './registry/credentials.ts';
import type { Transport } from './registry/transport.ts';

/** How to sign in to a registry. */
export type SignIn =
  | { readonly method: 'anonymous' }
  | { readonly method: 'password'; readonly username: string; readonly password: string }
  | {
      readonly method: 'entra-service-principal';
      readonly tenant: string;
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | { readonly method: 'entra-managed-identity'; readonly clientId?: string | undefined }
  | {
      readonly method: 'entra-workload-identity';
      readonly tenant?: string | undefined;
      readonly clientId?: string | undefined;
    }
  | {
      readonly method: 'aws';
      readonly region: string;
      readonly accessKeyId?: string | undefined;
      readonly secretAccessKey?: string | undefined;
      readonly roleArn?: string | undefined;
    }
  | { readonly method: 'google'; readonly serviceAccountKey?: string | undefined };

/** What a connector is handed to reach one registry. */
export interface RegistryAccess {
  /** `registry.example` or `registry.example:5000`. */
  readonly host: string;
  readonly signIn: SignIn;
  /** Owners, projects or organisations to list, where a registry cannot list all that one may see. */
  readonly namespaces: readonly string[];
  readonly plainHttp: boolean;
  readonly timeoutMs: number;
  /** For everything whose address somebody entered: guarded, paced, repeating what may pass. */
  readonly transport: Transport;
  /** For the clouds' own addresses, which nobody can enter: what their SDKs speak through. */
  readonly cloudFetch: typeof fetch;
  readonly signal?: AbortSignal | undefined;
}

/** A part of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the list goes on after this part, for storing; absent at its end. */
  readonly next?: string;
}

/** Whatever has a manifest: only that tells whether it is an image. */
export interface ListedImage {
  /** Of the manifest or the index. */
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushed?: Date;
}

export interface ImagesQuestion {
  readonly repository: string;
  /** `next` of the part before. */
  readonly from?: string | undefined;
  /** Tags that need not be looked at cost no request. */
  readonly wantsTag: (tag: string) => boolean;
}

/** A registry product: where it differs from the distribution protocol. */
export interface RegistryConnector {
  /** The file's name, for ever. */
  readonly id: string;
  readonly title: string;
  readonly hostExample: string;
  readonly signIns: readonly SignIn['method'][];
  /** How to make it tell what happens; absent where it cannot, and is looked through by the clock. */
  readonly notifications?: {
    /** Ids of the senders whose notifications it may send. */
    readonly senders: readonly string[];
    readonly howTo: string;
  };
  /**
   * What keeps this product from being reached at that host with that sign-in, in a sentence; undefined when they fit.
   * Asked before anything is sent: a cloud's tokens go to that cloud's hosts only.
   */
  readonly faultOf: (host: string, signIn: SignIn) => string | undefined;
  readonly credentials: (access: RegistryAccess) => CredentialFinder;
  /** Names of repositories, in a stable order; absent where there is no catalogue. */
  readonly repositories?: (access: RegistryAccess, from?: string) => AsyncIterable<Page<string>>;
  readonly images: (access: RegistryAccess, question: ImagesQuestion) => AsyncIterable<Page<ListedImage>>;
}
