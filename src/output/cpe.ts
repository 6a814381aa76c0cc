/**
 * A CPE 2.3 name (https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf, section 6.2) of an application given as
 * `vendor:product`; undefined for what cannot be spelled as one.
 */
export function cpe23(vendorProduct: string, version: string): string | undefined {
  const [vendor, product, ...rest] = vendorProduct.split(':');
  if (!vendor || !product || rest.length > 0) return undefined;
  const parts = ['a', escaped(vendor), escaped(product), version === '' ? '*' : escaped(version)];
  const text = `cpe:2.3:${parts.join(':')}:*:*:*:*:*:*:*`;
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}

function escaped(text: string): string {
  return text.toLowerCase().replace(/[!"#$%&'()*+,/:;<=>?@[\\\]^`{|}~]/g, '\\$&');
}
