import { Pages } from './routes';
import { Shell } from './shell';

export default function App() {
  return <Shell><Pages /></Shell>;
}
