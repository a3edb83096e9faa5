import { Tag } from '@digdir/designsystemet-react';

import { Clock_Signal, type Clock } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../../i18n/language';
import { daysSince, daysUntil } from '../../shared/dates';

const tones = { 0: 'neutral', 1: 'success', 2: 'warning', 3: 'danger' } as const;

// How much of the legal time has gone: a bar with the amber day marked, and the same in words.
export function ClockBar({ clock }: { clock?: Clock }) {
  const { t } = useLanguage();
  if (!clock?.deadlineDate || !clock.startTime) return null;
  const gone = daysSince(clock.startTime);
  const left = daysUntil(clock.deadlineDate);
  const whole = Math.max(gone + left, 1);
  const amber = clock.amberDate ? ((gone + daysUntil(clock.amberDate)) / whole) * 100 : 68;
  return (
    <div className="clock" data-tone={tones[clock.signal]}>
      <div className="clock-bar" aria-hidden>
        <span className="clock-gone" style={{ width: `${Math.min(100, (gone / whole) * 100)}%` }} />
        <span className="clock-amber" style={{ left: `${Math.min(100, amber)}%` }} />
      </div>
      <span className="clock-text">
        {clock.signal === Clock_Signal.RED
          ? <Tag data-size="sm" data-color="danger">! {left < 0 ? t.daysOver(-left) : t.daysLeft(left)}</Tag>
          : clock.signal === Clock_Signal.AMBER
            ? <Tag data-size="sm" data-color="warning">{left < 0 ? t.daysOver(-left) : t.daysLeft(left)}</Tag>
            : t.daysLeft(left)}
      </span>
    </div>
  );
}
