import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from 'react-router';

import { notifications } from '../../api/clients';
import { dutyPage } from '../../api/resources';
import { useSession } from '../../app/session';
import { Load } from '../../shared/state';

// Where the link of a mail leads: the notification tells which resource it is about, to its recipient alone.
export function NotificationLink() {
  const { notification } = useParams();
  const session = useSession();
  const query = useQuery({
    queryKey: ['notification', notification],
    queryFn: async () => {
      const name = `notifications/${notification}`;
      const found = await notifications.getNotification({ name });
      await notifications.acknowledgeNotification({ name });
      return found;
    },
  });
  return (
    <Load query={query}>
      {({ obligation }) => <Navigate to={dutyPage(obligation, session)} replace />}
    </Load>
  );
}
