import { openHttp } from '../../src/http/app.ts';
import { describeSocketPort } from '../contract/socket-port.ts';
import { nativeBuilds } from './native-builds.ts';

for (const build of nativeBuilds()) {
  describeSocketPort(`${build.name} ${build.version}`, (port, events) =>
    openHttp({
      name: 'test',
      host: '127.0.0.1',
      port: 0,
      portVariable: 'PORT',
      routes: [],
      sockets: [port],
      events,
      overTls: false,
      build,
    }),
  );
}
