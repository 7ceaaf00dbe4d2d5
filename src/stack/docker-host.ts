/** What containers call the machine that Docker runs on. Docker Desktop knows the name; elsewhere it must be given. */
export const DOCKER_HOST = 'host.docker.internal';
