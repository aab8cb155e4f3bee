// A file of our own, so that the bundler sees one worker entry with our base path.
import 'monaco-yaml/yaml.worker.js'
