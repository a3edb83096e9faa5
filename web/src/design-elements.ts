// Of the design system's custom elements only what the components in use need: its index registers all of them,
// and none can be shaken off. vite.config.ts puts this file in the place of that index.
import '@digdir/designsystemet-web/dialog';
import '@digdir/designsystemet-web/ds-field';
import '@digdir/designsystemet-web/fieldset';

// A hook that no page uses asks for it by name.
export const pagination = undefined;
