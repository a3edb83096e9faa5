import { Spinner } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from 'react-router';

import { notifications } from '../api';
import { useLanguage } from '../i18n/language';
import { Problem } from '../problem';
import { pageOf } from '../resources';

// Where the link of a mail leads: the notification tells which resource it is about, to its recipient alone.
export function NotificationLink() {
  const { t } = useLanguage();
  const { notification } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['notification', notification],
    queryFn: async () => {
      const name = `notifications/${notification}`;
      const found = await notifications.getNotification({ name });
      await notifications.acknowledgeNotification({ name });
      return found;
    },
  });
  if (error) return <Problem error={error} retry={refetch} />;
  if (!data) return <Spinner aria-label={t.loading} />;
  return <Navigate to={pageOf(data.obligation)} replace />;
}
