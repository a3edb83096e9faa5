import type { Texts } from './nb';
import { common } from './nn/common';
import { plan } from './nn/plan';
import { work } from './nn/work';

export const nn: Texts = { ...common, ...plan, ...work };
