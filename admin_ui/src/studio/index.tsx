import { Outlet } from '@tanstack/react-router';

const Nothing = () => null;
export const StudioLayout = Outlet;
export const ObjectsPage = Nothing, ObjectPage = Nothing, PicklistsPage = Nothing, PicklistPage = Nothing;
export const LayoutPage = Nothing, ViewPage = Nothing, AppsPage = Nothing, AppPage = Nothing;
export const ChangesPage = Nothing, RevisionsPage = Nothing, ChangeSetBar = Nothing;
