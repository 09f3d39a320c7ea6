import { NotFound } from "#components/desk/not-found";

export default NotFound;
