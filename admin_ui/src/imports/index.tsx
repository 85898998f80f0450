const Nothing = () => null;
export const ImportWizard = Nothing, ImportPage = Nothing;
