export { ImportPage } from './ImportPage';
export { ImportWizard } from './ImportWizard';
