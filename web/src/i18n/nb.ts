// Bokmål: the source of all texts. Nynorsk has the same keys, or the build fails.
import { common } from './nb/common';
import { plan } from './nb/plan';
import { work } from './nb/work';

export const nb = { ...common, ...plan, ...work };

export type Texts = typeof nb;
