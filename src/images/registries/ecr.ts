import { pagesOf } from '../registry/paging.ts';
import type { ListedImage, RegistryConnector } from '../registry-connector.ts';
import { askEcr, tokenFinder } from './ecr/ask-ecr.ts';
import { ecrPlace } from './ecr/place.ts';

/** Amazon Elastic Container Registry, of one's own account or of another through a role. */
export const ecr: RegistryConnector = {
  id: 'ecr',
  title: 'Amazon ECR',
  hostExample: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
  signIns: ['aws'],
  notifications: {
    senders: ['event-bridge'],
    howTo:
      'In EventBridge make a rule for source aws.ecr and detail type "ECR Image Action", with an API destination at this address whose connection has the API key Authorization = "Bearer SECRET".',
  },
  faultOf: (host, signIn) => {
    const place = ecrPlace(host);
    if (!place) return 'An ECR registry is at a host like 123456789012.dkr.ecr.eu-central-1.amazonaws.com.';
    if (signIn.method !== 'aws')
      return 'ECR is signed in to by an AWS identity: access key, role or that of this machine.';
    if (signIn.region !== place.region) return `The host lies in ${place.region}, the sign-in in another region.`;
    if ((signIn.accessKeyId === undefined) !== (signIn.secretAccessKey === undefined)) {
      return 'An access key needs both its id and its secret.';
    }
    return undefined;
  },
  credentials: tokenFinder,
  repositories: (access, from) =>
    pagesOf(`repositories of ${access.host}`, from, async (nextToken) => {
      const answer = await askEcr(access, ({ DescribeRepositoriesCommand }, client, registryId) =>
        client.send(new DescribeRepositoriesCommand({ registryId, nextToken, maxResults: 1000 })),
      );
      const items = (answer.repositories ?? []).flatMap(({ repositoryName }) => repositoryName ?? []);
      return { items, ...(answer.nextToken && { next: answer.nextToken }) };
    }),
  images: (access, { repository, from, wantsTag }) =>
    pagesOf(`images of ${repository}`, from, async (nextToken) => {
      const answer = await askEcr(access, ({ DescribeImagesCommand }, client, registryId) =>
        client.send(new DescribeImagesCommand({ registryId, repositoryName: repository, nextToken, maxResults: 1000 })),
      );
      const items = (answer.imageDetails ?? []).flatMap((detail): ListedImage[] => {
        const { imageDigest, imageTags = [], imagePushedAt } = detail;
        if (imageDigest === undefined) return [];
        return [
          { digest: imageDigest, tags: imageTags.filter(wantsTag), ...(imagePushedAt && { pushed: imagePushedAt }) },
        ];
      });
      return { items, ...(answer.nextToken && { next: answer.nextToken }) };
    }),
};
