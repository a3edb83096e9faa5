// Says on every page for whom one acts, and ends it. What the person may do for them, their plan says; the services
// ask it at every call.
import { Button } from '@digdir/designsystemet-react';

import { usePlans } from '../api/queries';
import { useLanguage } from '../i18n/language';
import { actFor, useSession } from './session';

export function ActingFor() {
  const { actingFor } = useSession();
  return actingFor ? <Banner /> : null;
}

function Banner() {
  const { t } = useLanguage();
  const { person } = useSession();
  // While acting, the list holds that person's plans and no others; none when the representation has ended.
  const plans = usePlans();
  const [plan] = plans.data ?? [];
  const text = plans.isPending ? t.loading : plan ? t.acting.now(plan.subjectDisplayName || t.acting.somebody) : t.acting.over;
  return (
    <aside className="acting" aria-label={t.acting.label}>
      <div>
        <strong>{text}</strong>
        <Button variant="secondary" data-size="sm" onClick={() => actFor(person, '')}>{t.acting.stop}</Button>
      </div>
    </aside>
  );
}
