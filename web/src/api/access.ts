import { createClient } from '@connectrpc/connect';

import { AccessService } from '../gen/individuellplan/plan/v1/access_service_pb';
import { transport } from './clients';

export const access = createClient(AccessService, transport);
