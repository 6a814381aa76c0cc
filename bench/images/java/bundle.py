"""Makes a jar with nested jars, as Spring Boot lays it out, and a shaded jar with several pom.properties, out of those in DIR."""
import glob, os, sys, zipfile

directory = sys.argv[1]
jars = sorted(glob.glob(os.path.join(directory, "*.jar")))
nested = [jar for jar in jars if any(name in jar for name in ("spring-", "jackson-", "log4j-core", "snakeyaml", "tomcat-embed"))]
with zipfile.ZipFile(os.path.join(directory, "spring-boot-app.jar"), "w", zipfile.ZIP_STORED) as app:
    app.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: org.springframework.boot.loader.JarLauncher\n")
    for jar in nested:
        app.write(jar, "BOOT-INF/lib/" + os.path.basename(jar))
with zipfile.ZipFile(os.path.join(directory, "all-in-one.jar"), "w", zipfile.ZIP_DEFLATED) as shaded:
    seen = set()
    for jar in jars:
        if not any(name in jar for name in ("commons-", "jackson-", "log4j-core", "guava")):
            continue
        with zipfile.ZipFile(jar) as part:
            for entry in part.infolist():
                if entry.filename not in seen and not entry.filename.endswith("/"):
                    seen.add(entry.filename)
                    shaded.writestr(entry.filename, part.read(entry))
