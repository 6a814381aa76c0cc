/** Between two pieces of about a millisecond each, for whoever has something better to do. */
export type Pause = () => Promise<void>;

export const noPause: Pause = () => Promise.resolve();
