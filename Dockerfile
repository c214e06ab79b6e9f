# One image, two commands: the application (default) and `python scheduler.py`.
FROM python:3.11-slim-bookworm AS build
WORKDIR /workbench
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir "uv==0.13.9"
COPY requirements.txt .
RUN /opt/venv/bin/uv pip install --no-cache --python /opt/venv/bin/python -r requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 workbench && install -d -o workbench -g workbench /var/lib/workbench
COPY --from=build /opt/venv /opt/venv
WORKDIR /workbench
COPY --chown=root:root . .
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    WORKBENCH_HOME=/var/lib/workbench WORKBENCH_HOST=0.0.0.0 WORKBENCH_PORT=8501
USER workbench
VOLUME /var/lib/workbench
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD python -c "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['WORKBENCH_PORT'] + '/healthz', timeout=4)"
CMD ["sh", "-c", "exec streamlit run app.py --server.port=$WORKBENCH_PORT --server.address=$WORKBENCH_HOST"]
