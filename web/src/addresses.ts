import { apiBase, queryText } from './api/request.ts';

/** Where each noun has its page. Every link in the console is made here. */
const part = encodeURIComponent;

export const overviewAddress = (filter: object = {}) => `/${queryText(filter)}`;
export const imageAddress = (digest: string, tab?: string) => `/images/${part(digest)}${queryText({ tab })}`;
export const imagesAddress = (filter: object = {}) => `/images${queryText(filter)}`;
export const vulnerabilityAddress = (id: string) => `/vulnerabilities/${part(id)}`;
export const vulnerabilitiesAddress = (filter: object = {}) => `/vulnerabilities${queryText(filter)}`;
export const recommendationAddress = (id: string) => `/recommendations/${part(id)}`;
export const recommendationsAddress = (filter: object = {}) => `/recommendations${queryText(filter)}`;
export const registryAddress = (name: string) => `/registries/${part(name)}`;
/** A dash cannot begin a registry's name. */
export const connectRegistryAddress = '/registries/-/connect';
export const askExceptionAddress = (scope: object = {}) => `/exceptions/-/ask${queryText(scope)}`;
export const jobsAddress = (filter: object = {}) => `/jobs${queryText(filter)}`;
/** What ended is listed only when it is asked for. */
export const exceptionAddress = ({ id, state }: { readonly id: string; readonly state: string }) =>
  exceptionsAddress({ selected: id, state: state === 'asked' || state === 'approved' ? undefined : state });
export const exceptionsAddress = (filter: object = {}) => `/exceptions${queryText(filter)}`;

/** A file of the API, for links that download. */
export const downloadAddress = (path: string, query: object = {}) => `${apiBase}${path}${queryText(query)}`;
