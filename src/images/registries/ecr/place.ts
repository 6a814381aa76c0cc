export interface EcrPlace {
  readonly account: string;
  readonly region: string;
}

/** Account and region that a host names; undefined when it is none of ECR's. */
export function ecrPlace(host: string): EcrPlace | undefined {
  const [, account, region] =
    /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+){1,2}-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/.exec(host) ??
    [];
  return account === undefined || region === undefined ? undefined : { account, region };
}
